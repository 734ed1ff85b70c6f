// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "postgres/table/table.h"

namespace vec2vec::postgres {

/// Gives the column `to` the column privileges of the source column: they belong to a column, not to its name.
void copy_grants(Connection& connection, const Table& table, const std::string& to);

}  // namespace vec2vec::postgres
