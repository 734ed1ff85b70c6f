// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "postgres/table/table.h"

namespace vec2vec::postgres {

/// Makes a column NOT NULL without holding up anybody while the server looks at all rows; false, and nothing has changed, when
/// it holds NULLs.
bool require_not_null(Connection& connection, const Table& table, const std::string& column);

}  // namespace vec2vec::postgres
