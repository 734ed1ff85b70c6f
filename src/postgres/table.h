#pragma once
#include <string>
#include <vector>

#include "postgres/connection.h"
#include "vec2vec/postgres.h"

namespace vec2vec::postgres {

/// An index whose only key is the source column itself.
struct ColumnIndex {
  std::string name, method, operator_schema, operator_class, options;  ///< options: "m='16', ef_construction='64'" or ""
};

/// What the catalogue says of a table and its column of vectors.
struct Table {
  Index oid = 0, rows = 0, pages = 0, bytes = 0;  ///< rows: the server's estimate
  std::string schema, name;
  bool partitioned = false;
  std::string column, type;  ///< type: "vector" or "halfvec"
  Index dim = -1;            ///< as declared; -1: any
  bool not_null = false;
  std::string key, key_type;  ///< see require_key; key_type as in SQL
  std::string extension_schema, extension_version;
  std::vector<ColumnIndex> indexes;  ///< those that switch_postgres can build again
  std::vector<std::string>
      other_indexes;               ///< definitions of those that also hold the column, but in an expression, a predicate ...
  std::vector<std::string> notes;  ///< what users should know before a migration

  ValueType value_type() const { return type == "halfvec" ? ValueType::kFloat16 : ValueType::kFloat32; }
  std::string sql(Connection& c) const { return c.name(schema) + "." + c.name(name); }
  /// "schema"."vector" for a type or function of the extension.
  std::string of_extension(Connection& c, const std::string& what) const {
    return c.name(extension_schema) + "." + c.name(what);
  }
};

/// Throws Error{kBadInput} with a hint when the table, the column or the extension is missing or of an unfit kind.
Table look_up(Connection& connection, const PostgresColumn& column);

/// Fills in key and key_type: `given`, or the primary key. Throws Error{kBadInput} when it is not one unique column without
/// NULLs.
void require_key(Connection& connection, const std::string& given, Table& table);

/// Throws Error{kBadInput} when the server's pgvector lacks the type.
void require_type(const Table& table, const std::string& type);

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
