// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "postgres/table/table.h"

namespace vec2vec::postgres {

/// How long a migration may take, in seconds; -1: not known.
struct Timing {
  double rows = -1, indexes = -1;
  Index timed_rows = 0;  ///< rows that were timed
  std::string basis;     ///< what the figures come from, or why there are none
};

/// Translates some rows in a temporary table that is like the table, with all its indexes, and builds the new ones there; all
/// in one transaction that is rolled back. What an hnsw index costs a row is carried over to `rows` rows by the logarithm of
/// their number. Cost: seconds. Nothing is thrown when the server refuses a piece of it.
Timing measure_timing(Connection& connection, const Table& table, const Map& map, const std::string& type, bool build_indexes,
                      Index rows);

}  // namespace vec2vec::postgres
