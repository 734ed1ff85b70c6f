// SPDX-License-Identifier: Apache-2.0
#include "postgres/needs.h"

#include "postgres/server/names.h"

namespace vec2vec::postgres {
namespace {

using Problems = std::vector<MigrateProblem>;

/// The names of the columns that are to be, and the type of the new one.
void check_columns(Connection& c, const Table& table, const MigrateOptions& options, const std::string& type,
                   Problems& problems) {
  const std::string where = c.where() + ", table " + table.shown + ", column ";
  require_name(c, options.into, "`MigrateOptions::into`");
  if (has_column(c, table, options.into))
    problems.push_back(
        {"exists already, and no migration of vec2vec made it", where + options.into, "another `MigrateOptions::into`"});
  const std::string old = old_name_for(c, table, options.old_name);
  if (has_column(c, table, old) || old == options.into)
    problems.push_back({"the old vectors are to have this name after `switch_postgres()`, but there is such a column already",
                        where + old,
                        "another name for the old column (`MigrateOptions::old_name`), or drop the column that is there"});
  require_type(table, type);
}

void check_rights(Connection& c, const Table& table, const MigrateOptions& options, Problems& problems) {
  const std::string where = c.where() + ", table " + table.shown;
  const Result found = c.run(
      "SELECT quote_ident(current_user), quote_ident(pg_get_userbyid(c.relowner)), pg_has_role(c.relowner, 'USAGE'), "
      "quote_ident(n.nspname), has_schema_privilege(n.oid, 'CREATE'), quote_ident(current_database()), "
      "has_database_privilege(current_database(), 'TEMP'), has_schema_privilege($2, 'USAGE'), "
      "current_setting('transaction_read_only') = 'on', quote_ident($2), "
      "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1",
      {std::to_string(table.oid), table.extension_schema});
  const std::string role = found.text(0, 0), owner = found.text(0, 1), schema = found.text(0, 3), database = found.text(0, 5);
  if (found.flag(0, 8))
    problems.push_back(
        {"the server only reads (a standby, or default_transaction_read_only)", c.where(), "the primary server"});
  if (!found.flag(0, 2))
    problems.push_back({"the role " + role + " does not own the table, so it may not add a column", where,
                        "connect as " + owner + " or a superuser, or: GRANT " + owner + " TO " + role});
  if (!found.flag(0, 4))
    problems.push_back({"the role " + role + " may not create tables and functions in the schema " + schema +
                            ", where the state of the migration is kept",
                        where, "GRANT CREATE ON SCHEMA " + schema + " TO " + role});
  if (!found.flag(0, 6))
    problems.push_back({"the role " + role + " may not create temporary tables", where,
                        "GRANT TEMPORARY ON DATABASE " + database + " TO " + role});
  if (!found.flag(0, 7))
    problems.push_back({"the role " + role + " may not use the schema " + found.text(0, 9) + ", where pgvector is", where,
                        "GRANT USAGE ON SCHEMA " + found.text(0, 9) + " TO " + role});
  bool may_skip = found.flag(0, 10);
  if (options.skip_triggers && !may_skip && c.server_version() >= 150000)
    may_skip = c.run("SELECT has_parameter_privilege('session_replication_role', 'SET')").flag(0, 0);
  if (options.skip_triggers && !may_skip)
    problems.push_back({"the role " + role + " may not keep triggers from firing", where,
                        "a superuser, or without `MigrateOptions::skip_triggers`"});
}

/// The state tables of this schema, when another role made them.
void check_state_tables(Connection& c, const Table& table, Problems& problems) {
  const Result found = c.run(
      "SELECT format('%I.%I', n.nspname, c.relname), quote_ident(current_user) FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname IN ('vec2vec_migrations', "
      "'vec2vec_ranges') AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') "
      "AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY 1",
      {table.schema});
  for (Index i = 0; i < found.rows(); ++i)
    problems.push_back({"the table " + found.text(i, 0) + " holds the state of migrations, and belongs to another role",
                        c.where(), "GRANT SELECT, INSERT, UPDATE, DELETE ON " + found.text(i, 0) + " TO " + found.text(i, 1)});
}

/// A key is unique within one table, and our trigger watches one; children of a plain table would be written to but not
/// watched.
void check_inheritance(Connection& c, const Table& table, Problems& problems) {
  const std::string where = c.where() + ", table " + table.shown, oid = std::to_string(table.oid);
  const Result children = c.run(
      "SELECT format('%I.%I', n.nspname, k.relname), k.relkind FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid "
      "JOIN pg_namespace n ON n.oid = k.relnamespace WHERE i.inhparent = $1 ORDER BY 1",
      {oid});
  for (Index i = 0; i < children.rows(); ++i) {
    const std::string child = children.text(i, 0);
    if (!table.partitioned)
      problems.push_back(
          {"the table " + child + " inherits from it; a migration takes one table or one partitioned table", where,
           "ALTER TABLE " + child + " NO INHERIT " + table.shown +
               "; migrate and switch each of them in the same way; then ALTER TABLE " + child + " INHERIT " + table.shown});
    else if (children.text(i, 1) == "f")
      problems.push_back({"its partition " + child + " is a foreign table", where, "migrate on the server where the rows are"});
  }
  const Result parents = c.run(
      "SELECT format('%I.%I', n.nspname, p.relname), p.relkind FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent "
      "JOIN pg_namespace n ON n.oid = p.relnamespace JOIN pg_attribute a ON a.attrelid = i.inhrelid AND a.attname = $2 "
      "JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attname = $2 AND NOT pa.attisdropped "
      "WHERE i.inhrelid = $1 AND a.attinhcount > 0 ORDER BY 1",
      {oid, table.column});
  for (Index i = 0; i < parents.rows(); ++i) {
    const std::string parent = parents.text(i, 0);
    problems.push_back(
        {"the column " + table.column + " is inherited from the table " + parent + " and cannot be renamed alone", where,
         parents.text(i, 1) == "p"
             ? "`PostgresColumn::table = " + parent + "`, which takes all its partitions"
             : "ALTER TABLE " + table.shown + " NO INHERIT " + parent + "; migrate and switch both of them; then ALTER TABLE " +
                   table.shown + " INHERIT " + parent});
  }
}

/// A rule rewrites an UPDATE before anything else sees it, and ours returns the rows that it wrote, which no rule allows.
void check_rules(Connection& c, const Table& table, const MigrateOptions& options, Problems& problems) {
  const Result found = c.run(
      "SELECT quote_ident(rulename) FROM pg_rewrite WHERE ev_class = $1 AND ev_type = '2' AND ev_enabled IN ('A', $2) "
      "ORDER BY 1",
      {std::to_string(table.oid), options.skip_triggers ? "R" : "O"});
  for (Index i = 0; i < found.rows(); ++i)
    problems.push_back({"the rule " + found.text(i, 0) + " rewrites each UPDATE of the table, so no translation can be written",
                        c.where() + ", table " + table.shown,
                        "ALTER TABLE " + table.shown + " DISABLE RULE " + found.text(i, 0) +
                            " for the time of the migration, or `MigrateOptions::skip_triggers = true` (superusers)"});
}

/// Whether the column is the outcome of a migration that can still be rolled back.
void check_switched(Connection& c, const Table& table, Problems& problems) {
  for (const Migration& other : live_migrations(c, table))
    if (other.state == "switched" && other.table == table.name && other.source == table.column)
      problems.push_back(
          {"column " + table.column + " is the outcome of a migration that still keeps its old vectors, in " + other.old_name,
           c.where() + ", table " + table.shown,
           "`drop_old_postgres()` of that migration first (`MigrateOptions::into = '" + other.target + "'`)"});
}

/// Whether the migration that is there can go on.
void check_resumed(Connection& c, const Table& table, const MigrateOptions& options, const Migration& migration,
                   const std::string& map_sha256, Problems& problems) {
  const std::string where = c.where() + ", table " + table.shown + ", column " + migration.target;
  if (migration.map_sha256 != map_sha256)
    problems.push_back({"is being filled by another map (SHA-256 " + migration.map_sha256.substr(0, 12) + "...)", where,
                        "that map, another `MigrateOptions::into`, or `drop_new_postgres()` first"});
  if (migration.source != table.column)
    problems.push_back(
        {"is being filled from column " + migration.source, where, "`PostgresColumn::column = '" + migration.source + "'`"});
  if (!has_column(c, table, migration.target))
    problems.push_back({"is gone: somebody dropped it, or made the table anew, while a migration was filling it", where,
                        "`drop_new_postgres()`, which tidies up; then migrate begins again"});
  if (!options.type.empty() && options.type != migration.type)
    problems.push_back({"is a " + migration.type, where, "leave out `MigrateOptions::type`, or `drop_new_postgres()` first"});
}

}  // namespace

Problems find_problems(Connection& c, const Table& table, const MigrateOptions& options,
                       const std::optional<Migration>& migration, const Target& target) {
  Problems problems;
  if (!migration) check_switched(c, table, problems);
  if (migration)
    check_resumed(c, table, options, *migration, target.map_sha256, problems);
  else
    check_columns(c, table, options, target.type, problems);
  check_rights(c, table, options, problems);
  check_state_tables(c, table, problems);
  check_inheritance(c, table, problems);
  check_rules(c, table, options, problems);
  if (options.build_indexes)
    for (MigrateProblem& problem : type_problems(c, table, target.type, target.dim)) problems.push_back(std::move(problem));
  return problems;
}

void require_none(const std::vector<MigrateProblem>& problems) {
  if (problems.empty()) return;
  const std::string more =
      problems.size() > 1 ? " (" + std::to_string(problems.size() - 1) + " more: `plan_postgres()` lists them)" : "";
  bad_input(problems[0].what + more, problems[0].where, problems[0].hint);
}

}  // namespace vec2vec::postgres
