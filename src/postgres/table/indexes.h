// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "postgres/server/connection.h"
#include "vec2vec/postgres.h"

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

/// Indexes of the source column that no column of this type and dimension can have.
std::vector<MigrateProblem> type_problems(Connection& connection, const Table& table, const std::string& type, Index dim);

/// Indexes that build_twins cannot build for the column `target`, but a user can.
std::vector<MigrateProblem> hand_made_indexes(Connection& connection, const Table& table, const std::string& target);

/// CREATE INDEX for the column `on`, of the type, like an index of the source column: CONCURRENTLY and under the name, or
/// without a name at once, under one that the server finds.
std::string twin_sql(Connection& connection, const Table& table, const ColumnIndex& index, const std::string& type,
                     const std::string& name, const std::string& table_sql, const std::string& on);

/// Builds each index of the source column for the target, unless it is there: CREATE INDEX CONCURRENTLY, with progress.
void build_twins(Session& session);

}  // namespace vec2vec::postgres
