// SPDX-License-Identifier: Apache-2.0
#include "postgres/table/table.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/random.h"
#include "core/text/number.h"
#include "postgres/server/copy_format.h"
#include "postgres/server/names.h"

namespace vec2vec::postgres {
namespace {

/// The oid of a table named as in SQL, or exactly: public.documents, "Mixed Case", Mixed Case, public.Mixed Case; "" when there
/// is none.
std::string find_oid(Connection& c, const std::string& given) {
  std::vector<std::string> ways = {c.name(given), given};
  if (const auto dot = given.find('.'); dot != std::string::npos && dot > 0 && dot + 1 < given.size())
    ways.push_back(c.name(given.substr(0, dot)) + "." + c.name(given.substr(dot + 1)));
  for (const std::string& way : ways) {
    try {
      const Result found = c.run("SELECT to_regclass($1)::oid", {way});
      if (!found.is_null(0, 0)) return found.text(0, 0);
    } catch (const SqlError& error) {  // no name at all (unpaired quotes), a name of four parts, or of another database
      if (error.state() != "42602" && error.state() != "42601" && error.state() != "0A000") throw;
    }
  }
  return "";
}

[[noreturn]] void refuse_missing(Connection& c, const std::string& given) {
  const Result near = c.run(
      "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p') AND lower(c.relname) = lower(trim(both '\"' from regexp_replace($1, '^.*\\.', ''))) "
      "ORDER BY 1 LIMIT 3",
      {given});
  std::string hint = "schema.table; psql's \\dt *.* lists them";
  for (Index i = near.rows(); i-- > 0;)
    hint = "`PostgresColumn::table = '" + near.text(i, 0) + "'`" + (i + 1 < near.rows() ? ", " : "; ") + hint;
  bad_input("there is no such table", c.where() + ", " + given, hint);
}

void find_table(Connection& c, const std::string& given, Table& table) {
  const std::string oid = find_oid(c, given);
  if (oid.empty()) refuse_missing(c, given);
  // A partitioned table has no pages of its own, and estimates only once it was analysed as a whole.
  const Result found = c.run(
      "WITH parts AS (SELECT relid FROM pg_partition_tree($1) WHERE isleaf UNION SELECT $1::oid) "
      "SELECT n.nspname, c.relname, c.relkind, format('%I.%I', n.nspname, c.relname), "
      "(SELECT sum(greatest(p.reltuples, 0))::bigint FROM parts JOIN pg_class p ON p.oid = relid WHERE p.relkind <> 'p'), "
      "(SELECT sum(p.relpages)::bigint FROM parts JOIN pg_class p ON p.oid = relid), "
      "(SELECT sum(pg_total_relation_size(relid))::bigint FROM parts) "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1",
      {oid});
  const std::string kind = found.text(0, 2);
  if (kind != "r" && kind != "p")
    bad_input("is not a table", c.where() + ", " + given, "views and foreign tables have no rows of their own to write to");
  table.oid = std::atoll(oid.c_str());
  table.schema = found.text(0, 0);
  table.name = found.text(0, 1);
  table.partitioned = kind == "p";
  table.shown = found.text(0, 3);
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
  const std::string where = c.where() + ", table " + table.shown + ", column " + given;
  const Result found = c.run(
      "SELECT t.typname, a.atttypmod, a.attnotnull, a.attgenerated <> '', a.attnum FROM pg_attribute a "
      "JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1 AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped",
      {std::to_string(table.oid), given});
  if (found.rows() == 0) {
    const Result others = c.run(
        "SELECT a.attname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1 "
        "AND t.typname IN ('vector', 'halfvec') AND NOT a.attisdropped ORDER BY lower(a.attname) <> lower($2), a.attnum LIMIT "
        "3",
        {std::to_string(table.oid), given});
    std::string hint = "psql's \\d " + table.shown + " lists them";
    for (Index i = others.rows(); i-- > 0;)
      hint = "`PostgresColumn::column = '" + others.text(i, 0) + "'`" + (i + 1 < others.rows() ? ", " : "; ") + hint;
    bad_input("there is no such column", where, hint);
  }
  table.column = given;
  table.type = found.text(0, 0);
  if (table.type != "vector" && table.type != "halfvec")
    bad_input("has the type " + table.type + ", not vector or halfvec", where, "a column of vectors of pgvector");
  table.dim = std::atoll(found.text(0, 1).c_str());
  table.not_null = found.flag(0, 2);
  if (found.flag(0, 3)) bad_input("is a generated column", where, "a plain one");
}

/// Row security would hide rows, or, since we turn it off, make every query fail.
void require_readable(Connection& c, const Table& table) {
  const Result found = c.run(
      "SELECT row_security_active(c.oid), has_column_privilege(c.oid, $2, 'SELECT'), quote_ident(current_user), "
      "pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = $1",
      {std::to_string(table.oid), table.column});
  const std::string where = c.where() + ", table " + table.shown, role = found.text(0, 2);
  if (found.flag(0, 0))
    bad_input("row-level security hides rows from the role " + role, where,
              "a role with BYPASSRLS (a superuser: ALTER ROLE " + role + " BYPASSRLS), or a superuser" +
                  (found.flag(0, 3) ? "; as its owner also: ALTER TABLE " + table.shown + " NO FORCE ROW LEVEL SECURITY" : ""));
  if (!found.flag(0, 1))
    bad_input("the role " + role + " may not read the column " + table.column, where,
              "GRANT SELECT ON " + table.shown + " TO " + role + ", or another role");
}

}  // namespace

Table look_up(Connection& c, const PostgresColumn& column) {
  Table table;
  find_table(c, column.table, table);
  find_extension(c, table);
  find_column(c, column.column, table);
  require_readable(c, table);
  find_indexes(c, table);
  return table;
}

void require_key(Connection& c, const std::vector<std::string>& given, Table& table) {
  table.key = find_key(c, table.oid, c.where() + ", table " + table.shown, given);
}

void require_type(const Table& table, const std::string& type) {
  if (type != "halfvec") return;
  const std::string& version = table.extension_version;
  const auto dot = version.find('.');
  const int major = std::atoi(version.c_str()), minor = dot == std::string::npos ? 0 : std::atoi(version.c_str() + dot + 1);
  if (major > 0 || minor >= 7) return;
  bad_input("this database has pgvector " + version + "; the type halfvec came with 0.7.0", "`MigrateOptions::type = halfvec`",
            "`MigrateOptions::type = vector`, or a newer pgvector and ALTER EXTENSION vector UPDATE");
}

std::string old_name_for(Connection& c, const Table& table, const std::string& given) {
  if (given.empty())
    return fitting_name(c, table.column, "_old", [&](const std::string& name) { return name == table.column; });
  require_name(c, given, "`MigrateOptions::old_name`");
  return given;
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
    from += shortest(100 * share) + ") REPEATABLE (" + std::to_string(seed) + ")";
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
  std::vector<Index> kept = Random(seed, Stream::kTableSample).sample(drawn, std::min(rows, drawn));
  std::sort(kept.begin(), kept.end());  // the table's order
  sample.rows = Matrix(static_cast<Index>(kept.size()), dim);
  for (std::size_t i = 0; i < kept.size(); ++i)
    read_vector(vectors[static_cast<std::size_t>(kept[i])], table.value_type(), sample.rows.row(static_cast<Index>(i)));
  return sample;
}

}  // namespace vec2vec::postgres
