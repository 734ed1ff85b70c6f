#pragma once
#include <string>
#include <vector>

#include "postgres/connection.h"

namespace vec2vec::postgres {

struct Table;
class Session;

/// An index whose only key is the source column itself.
struct ColumnIndex {
  std::string name, method, operator_schema, operator_class, options;  ///< options: "m='16', ef_construction='64'" or ""
  bool unique = false;
};

/// Fills in the table's indexes, other_indexes and slow_indexes.
void find_indexes(Connection& connection, Table& table);

/// Throws Error{kBadInput} when an index of the source column cannot be built for a new column of the type and dimension.
void require_twins(Connection& connection, const Table& table, const std::string& type, Index dim);

/// Builds each index of the source column for the target, unless it is there: CREATE INDEX CONCURRENTLY, with progress.
void build_twins(Session& session);

}  // namespace vec2vec::postgres
