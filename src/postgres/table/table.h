// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "postgres/server/connection.h"
#include "postgres/table/indexes.h"
#include "postgres/table/key.h"
#include "vec2vec/postgres.h"

namespace vec2vec::postgres {

/// What the catalogue says of a table and its column of vectors.
struct Table {
  Index oid = 0, rows = 0, pages = 0, bytes = 0;  ///< rows: the server's estimate
  std::string schema, name;
  std::string shown;  ///< schema.table, quoted where SQL needs it: for people, and for what they may type in
  bool partitioned = false;
  std::string column, type;  ///< type: "vector" or "halfvec"
  Index dim = -1;            ///< as declared; -1: any
  bool not_null = false;
  Key key;  ///< see require_key
  std::string extension_schema, extension_version;
  std::vector<ColumnIndex> indexes;        ///< those that build_twins can build again
  std::vector<std::string> other_indexes;  ///< definitions of those that also hold the column: an expression, a predicate ...
  std::vector<std::string> slow_indexes;   ///< "near (hnsw)": every updated row is entered into them again

  ValueType value_type() const { return type == "halfvec" ? ValueType::kFloat16 : ValueType::kFloat32; }
  std::string sql(Connection& c) const { return c.name(schema) + "." + c.name(name); }
  /// "schema"."vector" for a type or function of the extension.
  std::string of_extension(Connection& c, const std::string& what) const {
    return c.name(extension_schema) + "." + c.name(what);
  }
};

/// Throws Error{kBadInput} with a hint when the table, the column or the extension is missing, of an unfit kind, or may not be
/// read in full by this role.
Table look_up(Connection& connection, const PostgresColumn& column);

/// Fills in the key: see find_key.
void require_key(Connection& connection, const std::vector<std::string>& given, Table& table);

/// Throws Error{kBadInput} when the server's pgvector lacks the type.
void require_type(const Table& table, const std::string& type);

/// What the source column is called after a switch: `given`, or its name and "_old", shortened to fit. Throws Error{kBadInput}
/// when it is too long.
std::string old_name_for(Connection& connection, const Table& table, const std::string& given);

/// Whether the table has a column of that name.
bool has_column(Connection& connection, const Table& table, const std::string& column);

/// Vectors drawn at random: at most `rows` of dimension dim, and how many others were among them.
struct Sample {
  Matrix rows;  ///< (n, dim)
  Index wrong_dim = 0;
};
/// dim 0: the dimension of the first vector found.
Sample draw_sample(Connection& connection, const Table& table, Index rows, Index dim, std::uint64_t seed);

}  // namespace vec2vec::postgres
