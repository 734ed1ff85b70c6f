// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "cli/common/command.h"
#include "vec2vec/postgres.h"

namespace vec2vec::cli {

/// Adds the positional DB and the options --table and --column.
void add_postgres_column(CLI::App& command, PostgresColumn& column);

}  // namespace vec2vec::cli
