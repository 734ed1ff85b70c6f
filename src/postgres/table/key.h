// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "postgres/server/connection.h"

namespace vec2vec::postgres {

struct KeyColumn {
  std::string name, type;  ///< type as in SQL
};

/// The unique key of a table, of one or more columns: what rows are found again by, and what the table is divided by. Every
/// function returns SQL. A bound is the text of a key as `text` selects it: an array of the columns' texts.
struct Key {
  std::vector<KeyColumn> columns;
  std::string operator_schema;  ///< quoted; where <, >= and = of the columns lie. Empty: found by the search path

  /// The columns, separated by commas: t."a", t."b". alias may be empty.
  std::string list(const Connection& c, const std::string& alias = {}) const;
  /// The order of the key, for ORDER BY.
  std::string order(const Connection& c) const;
  /// One text that is a bound.
  std::string text(const Connection& c) const;
  /// One text for people: 7, or (7, b).
  std::string shown(const Connection& c) const;
  std::string at_least(const Connection& c, const std::string& alias, const std::string& bound) const;
  std::string before(const Connection& c, const std::string& alias, const std::string& bound) const;

  /// Columns for a table of keys: k1 bigint, k2 text.
  std::string copy_columns() const;
  /// Whether a row of the table and a row of such a table have the same key.
  std::string same(const Connection& c, const std::string& alias, const std::string& copy) const;

 private:
  std::string with_operator(const std::string& name) const;
  std::string bound_row(const Connection& c, const std::string& bound) const;
};

/// The primary key of the table, or the unique key of the columns `given` (exact names, in any order). Throws Error{kBadInput}
/// when there is none whose columns are all NOT NULL.
Key find_key(Connection& connection, Index table_oid, const std::string& where, const std::vector<std::string>& given);

}  // namespace vec2vec::postgres
