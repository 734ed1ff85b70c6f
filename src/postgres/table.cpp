#include "postgres/table.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/random.h"
#include "postgres/copy_format.h"

namespace vec2vec::postgres {
namespace {

void find_table(Connection& c, const std::string& given, Table& table) {
  const std::string query =
      "SELECT c.oid, n.nspname, c.relname, c.relkind, greatest(c.reltuples, 0)::bigint, c.relpages, "
      "pg_total_relation_size(c.oid) "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ";
  Result found = c.run(query + "to_regclass($1)", {c.name(given)});
  if (found.rows() == 0) found = c.run(query + "to_regclass($1)", {given});
  if (found.rows() == 0) bad_input("there is no such table", c.where() + ", " + given, "schema.table; psql's \\dt lists them");
  const std::string kind = found.text(0, 3);
  if (kind != "r" && kind != "p")
    bad_input("is not a table", c.where() + ", " + given, "views and foreign tables have no rows of their own to write to");
  table.oid = found.number(0, 0);
  table.partitioned = kind == "p";
  table.schema = found.text(0, 1);
  table.name = found.text(0, 2);
  table.rows = found.number(0, 4);
  table.pages = found.number(0, 5);
  table.bytes = found.number(0, 6);
}

void find_extension(Connection& c, Table& table) {
  const Result found = c.run(
      "SELECT n.nspname, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
      "WHERE e.extname = 'vector'");
  if (found.rows() == 0) bad_input("this database has no pgvector", c.where(), "CREATE EXTENSION vector");
  table.extension_schema = found.text(0, 0);
  table.extension_version = found.text(0, 1);
}

void find_column(Connection& c, const std::string& given, Table& table) {
  const std::string where = c.where() + ", table " + table.name + ", column " + given;
  const Result found = c.run(
      "SELECT t.typname, a.atttypmod, a.attnotnull, a.attgenerated <> '', a.attnum FROM pg_attribute a "
      "JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1 AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped",
      {std::to_string(table.oid), given});
  if (found.rows() == 0) bad_input("there is no such column", where, "psql's \\d " + table.name + " lists them");
  table.column = given;
  table.type = found.text(0, 0);
  if (table.type != "vector" && table.type != "halfvec")
    bad_input("has the type " + table.type + ", not vector or halfvec", where, "a column of vectors of pgvector");
  table.dim = std::atoll(found.text(0, 1).c_str());
  table.not_null = found.flag(0, 2);
  if (found.flag(0, 3)) bad_input("is a generated column", where, "a plain one");
}

void find_indexes(Connection& c, Table& table) {
  const Result found = c.run(
      "SELECT ic.relname, am.amname, i.indnkeyatts = 1 AND i.indnatts = 1 AND i.indkey[0] = a.attnum AND i.indpred IS NULL, "
      "n.nspname, o.opcname, array_to_string(ARRAY(SELECT option_name || '=' || quote_literal(option_value) "
      "FROM pg_options_to_table(ic.reloptions)), ', '), pg_get_indexdef(ic.oid), "
      "a.attnum = ANY (i.indkey::int2[]) OR EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass "
      "AND d.objid = ic.oid AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum) "
      "FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam "
      "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = $2 "
      "JOIN pg_opclass o ON o.oid = i.indclass[0] JOIN pg_namespace n ON n.oid = o.opcnamespace "
      "WHERE i.indrelid = $1 AND i.indisvalid ORDER BY ic.relname",
      {std::to_string(table.oid), table.column});
  for (Index i = 0; i < found.rows(); ++i) {
    const std::string method = found.text(i, 1);
    if (method == "hnsw" || method == "ivfflat")
      table.notes.push_back("index " + found.text(i, 0) + " (" + method +
                            "): Postgres enters each updated row into it again; measured for hnsw at about 1 ms a row");
    if (!found.flag(i, 7)) continue;
    if (found.flag(i, 2))
      table.indexes.push_back({found.text(i, 0), method, found.text(i, 3), found.text(i, 4), found.text(i, 5)});
    else
      table.other_indexes.push_back(found.text(i, 6));
  }
}

void find_dependants(Connection& c, Table& table) {
  const std::string oid = std::to_string(table.oid);
  const Result triggers = c.run(
      "SELECT tgname FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal AND tgenabled <> 'D' AND (tgtype & 16) <> 0 "
      "AND tgname NOT LIKE 'vec2vec%' AND tgattr::text = '' ORDER BY 1",
      {oid});
  for (Index i = 0; i < triggers.rows(); ++i)
    table.notes.push_back("trigger " + triggers.text(i, 0) + " fires for each updated row; --skip-triggers prevents it");
  const Result views = c.run(
      "SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_attribute a "
      "ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = $1 "
      "AND a.attname = $2 ORDER BY 1",
      {oid, table.column});
  for (Index i = 0; i < views.rows(); ++i)
    table.notes.push_back("view " + views.text(i, 0) + " will go on reading the old vectors after --switch; define it again");
}

}  // namespace

Table look_up(Connection& c, const PostgresColumn& column) {
  Table table;
  find_table(c, column.table, table);
  find_extension(c, table);
  find_column(c, column.column, table);
  find_indexes(c, table);
  find_dependants(c, table);
  return table;
}

void require_key(Connection& c, const std::string& given, Table& table) {
  const std::string where = c.where() + ", table " + table.name;
  const Result keys = c.run(
      "SELECT a.attname, format_type(a.atttypid, a.atttypmod), i.indnkeyatts, i.indisprimary FROM pg_index i "
      "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
      "WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND a.attnotnull "
      "ORDER BY i.indisprimary DESC, i.indnkeyatts",
      {std::to_string(table.oid)});
  for (Index i = 0; i < keys.rows(); ++i) {
    const bool single = keys.number(i, 2) == 1;
    if (single && (given.empty() ? keys.flag(i, 3) : keys.text(i, 0) == given)) {
      table.key = keys.text(i, 0);
      table.key_type = keys.text(i, 1);
      return;
    }
  }
  bad_input(given.empty() ? "has no primary key of one column" : "column " + given + " is not unique, or may be NULL", where,
            "--key COLUMN with a unique index of its own and NOT NULL");
}

void require_type(const Table& table, const std::string& type) {
  if (type != "halfvec") return;
  const std::string& version = table.extension_version;
  const auto dot = version.find('.');
  const int major = std::atoi(version.c_str()), minor = dot == std::string::npos ? 0 : std::atoi(version.c_str() + dot + 1);
  if (major > 0 || minor >= 7) return;
  bad_input("this database has pgvector " + version + "; the type halfvec came with 0.7.0", "--type halfvec",
            "--type vector, or a newer pgvector and ALTER EXTENSION vector UPDATE");
}

bool has_column(Connection& c, const Table& table, const std::string& column) {
  return c.run("SELECT 1 FROM pg_attribute WHERE attrelid = $1 AND attname = $2 AND NOT attisdropped",
               {std::to_string(table.oid), column})
             .rows() > 0;
}

Sample draw_sample(Connection& c, const Table& table, Index rows, Index dim, std::uint64_t seed) {
  const std::string sql = table.sql(c), vector = c.name(table.column);
  Index count = table.rows;
  if (count < 1'000'000) count = c.run("SELECT count(*) FROM " + sql).number(0, 0);  // the estimate may be missing or old
  constexpr Index kManyPages = Index{1} << 20;                                       // 8 GiB: too much to read for a sample
  const double share = 1.1 * static_cast<double>(rows) / static_cast<double>(std::max<Index>(count, 1));  // some are NULL
  std::string from = sql;
  if (share < 0.9) {
    from += table.pages > kManyPages ? " TABLESAMPLE SYSTEM (" : " TABLESAMPLE BERNOULLI (";
    from += std::to_string(100 * share) + ") REPEATABLE (" + std::to_string(seed) + ")";
  }
  const std::string bytes =
      c.copy_out("COPY (SELECT " + vector + " FROM " + from + " WHERE " + vector + " IS NOT NULL) TO STDOUT (FORMAT binary)");

  Sample sample;
  std::vector<std::optional<std::string_view>> fields;
  std::vector<std::string_view> vectors;
  CopyReader reader(bytes);
  while (reader.next(1, fields)) {
    if (dim == 0) dim = vector_dim(*fields[0]);
    vector_dim(*fields[0]) == dim ? vectors.push_back(*fields[0]) : static_cast<void>(++sample.wrong_dim);
  }
  const auto drawn = static_cast<Index>(vectors.size());
  std::vector<Index> kept = Random(seed).sample(drawn, std::min(rows, drawn));
  std::sort(kept.begin(), kept.end());  // the table's order
  sample.rows = Matrix(static_cast<Index>(kept.size()), dim);
  for (std::size_t i = 0; i < kept.size(); ++i)
    read_vector(vectors[static_cast<std::size_t>(kept[i])], table.value_type(), sample.rows.row(static_cast<Index>(i)));
  return sample;
}

}  // namespace vec2vec::postgres
