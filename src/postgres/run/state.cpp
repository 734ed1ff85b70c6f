// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/state.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/text/json.h"
#include "postgres/run/native.h"
#include "postgres/table/grants.h"
#include "vec2vec/version.h"

namespace vec2vec::postgres {
namespace {

std::string migrations(Connection& c, const Table& table) { return c.name(table.schema) + ".vec2vec_migrations"; }
std::string ranges(Connection& c, const Table& table) { return c.name(table.schema) + ".vec2vec_ranges"; }

void make_tables(Connection& c, const Table& table) {
  c.run("CREATE TABLE IF NOT EXISTS " + migrations(c, table) +
        " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, table_name text NOT NULL, "
        "source_column text NOT NULL, target_column text NOT NULL, old_name text NOT NULL, target_type text NOT NULL, "
        "source_dim int NOT NULL, source_not_null bool NOT NULL, key_columns text[], map_sha256 text NOT NULL, "
        "vec2vec_version text NOT NULL, "
        "started timestamptz NOT NULL DEFAULT now(), changed timestamptz NOT NULL DEFAULT now())");
  const Result columns =
      c.run("SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'key_columns'", {migrations(c, table)});
  if (columns.rows() == 0)
    c.run("ALTER TABLE " + migrations(c, table) + " ADD COLUMN key_columns text[]");  // of an older version
  c.run("CREATE TABLE IF NOT EXISTS " + ranges(c, table) +
        " (migration bigint NOT NULL, number bigint NOT NULL, first text, until text, done bool NOT NULL DEFAULT false, "
        "PRIMARY KEY (migration, number))");
}

/// to_jsonb: the table of an older version has no key_columns.
constexpr const char* kColumns =
    "SELECT id, CASE state WHEN 'rolled back' THEN 'dropped' ELSE state END, table_name, source_column, target_column, "
    "old_name, "
    "target_type, map_sha256, source_dim, source_not_null, to_jsonb(m) ->> 'key_columns' FROM ";

Migration migration_of(const Result& r, Index row) {
  const auto text = [&](int column) { return r.text(row, column); };
  Migration m{r.number(row, 0), text(1), text(2),          text(3),        text(4), text(5),
              text(6),          text(7), r.number(row, 8), r.flag(row, 9), {}};
  if (!r.is_null(row, 10)) m.key = parse_json(text(10)).get<std::vector<std::string>>();
  return m;
}

/// Throws Error{kBadInput} when another role made the table and this one may not read it.
void require_readable_state(Connection& c, const Table& table) {
  const Result may =
      c.run("SELECT has_table_privilege($1, 'SELECT'), quote_ident(current_user), format('%I.vec2vec_migrations', $2::text)",
            {migrations(c, table), table.schema});
  const std::string role = may.text(0, 1), shown = may.text(0, 2);
  if (!may.flag(0, 0))
    bad_input("the table " + shown + " holds the state of migrations, and the role " + role + " may not read it", c.where(),
              "GRANT SELECT, INSERT, UPDATE, DELETE ON " + shown + " TO " + role);
}

std::vector<Migration> find_migrations(Connection& c, const Table& table, const std::string& where,
                                       const std::vector<std::string>& values) {
  std::vector<Migration> all;
  if (c.run("SELECT to_regclass($1)", {migrations(c, table)}).is_null(0, 0)) return all;
  require_readable_state(c, table);
  const Result found = c.run(std::string(kColumns) + migrations(c, table) + " m WHERE " + where, values);
  for (Index i = 0; i < found.rows(); ++i) all.push_back(migration_of(found, i));
  return all;
}

std::string key_array(Connection& c, const Table& table) {
  std::string array;
  for (const KeyColumn& column : table.key.columns) array += (array.empty() ? "" : ", ") + c.literal(column.name);
  return "ARRAY[" + array + "]";
}

/// Whether the column of the new vectors is the one that the migration made, by the comment on it, which a dump keeps too. A
/// table that was made anew, or given the name, has none.
bool bears_comment(Connection& c, const Table& table, const Migration& m) {
  return c.run(
              "SELECT 1 FROM pg_attribute WHERE attrelid = $1 AND attname = $2 AND NOT attisdropped AND "
              "strpos(col_description(attrelid, attnum), $3) > 0",
              {std::to_string(table.oid), target_now(m), m.map_sha256})
             .rows() > 0;
}

}  // namespace

void take_lock(Connection& c, const Table& table) {
  constexpr Index kClass = 0x76327600000000;  // "v2v", above any oid
  for (int tries = 0; tries < 60; ++tries) {
    if (c.run("SELECT pg_try_advisory_lock($1)", {std::to_string(kClass + table.oid)}).flag(0, 0)) return;
    c.run("SELECT pg_sleep(0.5)");
  }
  bad_input("another session migrates this table", c.where() + ", table " + table.name,
            "wait for it; psql: SELECT * FROM pg_stat_activity WHERE application_name = 'vec2vec'");
}

void with_short_locks(Connection& c, const std::function<void()>& work) {
  for (int tries = 0;; ++tries) {
    try {
      Transaction transaction(c);
      c.run("SET LOCAL lock_timeout = '2s'");
      work();
      transaction.commit();
      return;
    } catch (const SqlError& error) {
      if (!error.lock_trouble()) throw;
      if (tries == 20)
        bad_input("the table is locked by others", c.where(),
                  "the same command when they are done; psql: SELECT * FROM pg_stat_activity WHERE state LIKE '%transaction%'");
    }
    c.run("SELECT pg_sleep(1)");
  }
}

std::optional<Migration> find_migration(Connection& c, const Table& table, const std::string& target) {
  const std::vector<Migration> found =
      find_migrations(c, table, "table_name = $1 AND target_column = $2 ORDER BY id DESC LIMIT 1", {table.name, target});
  if (found.empty()) return {};
  Migration migration = found[0];
  if (migration.state == "switched" && !has_column(c, table, migration.old_name)) migration.state = "finished";  // by hand
  if (migration.state == "finished" && !bears_comment(c, table, migration)) return {};
  return migration;
}

std::vector<Migration> live_migrations(Connection& c, const Table& table) {
  return find_migrations(
      c, table,
      "state NOT IN ('finished', 'dropped', 'rolled back') AND (SELECT count(*) FROM pg_attribute a "
      "JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
      "WHERE n.nspname = $1 AND t.relname = m.table_name AND NOT a.attisdropped AND a.attname IN "
      "(m.source_column, CASE m.state WHEN 'switched' THEN m.old_name ELSE m.target_column END)) = 2 ORDER BY id",
      {table.schema});
}

void finish_dropped_by_hand(Connection& c, const Table& table) {
  std::vector<Migration> all =
      find_migrations(c, table,
                      "table_name = $1 AND state = 'switched' AND NOT EXISTS (SELECT FROM pg_attribute "
                      "WHERE attrelid = $2 AND attname = m.old_name AND NOT attisdropped)",
                      {table.name, std::to_string(table.oid)});
  for (Migration& migration : all)
    with_short_locks(c, [&] {
      drop_native_log(c, table, migration);
      set_state(c, table, migration, "finished");
    });
}

void start_migration(Connection& c, const Table& table, const std::string& target_type_sql, Migration& migration) {
  with_short_locks(c, [&] {
    make_tables(c, table);
    const std::string into = c.name(migration.target), sql = table.sql(c);
    do {  // the next number when what somebody left behind has this one's names
      migration.id = c.run("INSERT INTO " + migrations(c, table) +
                               " (state, table_name, source_column, target_column, old_name, target_type, source_dim, "
                               "source_not_null, map_sha256, vec2vec_version, key_columns) "
                               "VALUES ('translating', $1, $2, $3, $4, $5, $6, $7, $8, $9, " +
                               key_array(c, table) + ") RETURNING id",
                           {table.name, migration.source, migration.target, migration.old_name, migration.type,
                            std::to_string(migration.dim), migration.not_null ? "t" : "f", migration.map_sha256, version()})
                         .number(0, 0);
    } while (native_names_taken(c, table, migration));
    c.run("DELETE FROM " + migrations(c, table) +
              " WHERE table_name = $1 AND state = 'translating' AND target_column = $2 AND id < $3",
          {table.name, migration.target, std::to_string(migration.id)});
    c.run("ALTER TABLE " + sql + " ADD COLUMN " + into + " " + target_type_sql);
    copy_grants(c, table, migration.target);
    c.run("COMMENT ON COLUMN " + sql + "." + into + " IS " +
          c.literal("Translated by vec2vec " + std::string(version()) + " from column " + migration.source +
                    " with the map of SHA-256 " + migration.map_sha256 + "; not native vectors of the target model"));
    make_native_log(c, table, migration);
  });
}

void set_state(Connection& c, const Table& table, Migration& migration, const std::string& state) {
  c.run("UPDATE " + migrations(c, table) + " SET state = $2, old_name = $3, changed = now() WHERE id = $1",
        {std::to_string(migration.id), state, migration.old_name});
  migration.state = state;
}

void add_ranges(Connection& c, const Table& table, const Migration& migration, Index batch_rows, bool only_pending) {
  const std::string id = std::to_string(migration.id), batch = std::to_string(batch_rows);
  // One walk over the key's index: every batch_rows-th key begins a range, and the first and the last range have no end.
  c.run("INSERT INTO " + ranges(c, table) + " (migration, number, first, until) SELECT " + id + ", (SELECT count(*) FROM " +
        ranges(c, table) + " WHERE migration = " + id +
        ") + row_number() OVER w, CASE WHEN n > 1 THEN first END, lead(first) OVER w "
        "FROM (SELECT " +
        table.key.text(c) + " AS first, row_number() OVER (ORDER BY " + table.key.order(c) + ") AS n FROM " + table.sql(c) +
        (only_pending ? " WHERE " + pending(c, table, migration) : "") + ") keys WHERE (n - 1) % " + batch +
        " = 0 WINDOW w AS (ORDER BY n)");
}

std::vector<Range> open_ranges(Connection& c, const Table& table, const Migration& migration) {
  const Result found =
      c.run("SELECT number, first, until FROM " + ranges(c, table) + " WHERE migration = $1 AND NOT done ORDER BY number",
            {std::to_string(migration.id)});
  std::vector<Range> open;
  for (Index i = 0; i < found.rows(); ++i) {
    const auto bound = [&](int column) {
      return found.is_null(i, column) ? std::nullopt : std::optional(found.text(i, column));
    };
    open.push_back({found.number(i, 0), bound(1), bound(2)});
  }
  return open;
}

Index count_ranges(Connection& c, const Table& table, const Migration& migration) {
  return c.run("SELECT count(*) FROM " + ranges(c, table) + " WHERE migration = $1", {std::to_string(migration.id)})
      .number(0, 0);
}

void close_range(Connection& c, const Table& table, const Migration& migration, const Range& range) {
  c.run("UPDATE " + ranges(c, table) + " SET done = true WHERE migration = $1 AND number = $2",
        {std::to_string(migration.id), std::to_string(range.number)});
}

void drop_ranges(Connection& c, const Table& table, const Migration& migration) {
  c.run("DELETE FROM " + ranges(c, table) + " WHERE migration = $1", {std::to_string(migration.id)});
}

void drop_tables(Connection& c, const Table& table) {
  if (c.run("SELECT to_regclass($1)", {migrations(c, table)}).is_null(0, 0)) return;
  const Result all = c.run("SELECT id FROM " + migrations(c, table));
  const std::string schema = c.name(table.schema) + ".";
  for (Index i = 0; i < all.rows(); ++i) {
    const std::string id = all.text(i, 0);
    for (const std::string& name : {"vec2vec_native_" + id, "vec2vec_stale_" + id})
      c.run("DROP FUNCTION IF EXISTS " + schema + name + "() CASCADE");  // with its triggers
    c.run("DROP TABLE IF EXISTS " + schema + "vec2vec_native_" + id);
  }
  c.run("DROP TABLE IF EXISTS " + migrations(c, table) + ", " + ranges(c, table));
}

void rename_column(Connection& c, const Table& table, const std::string& from, const std::string& to) {
  c.run("ALTER TABLE " + table.sql(c) + " RENAME COLUMN " + c.name(from) + " TO " + c.name(to));
}

std::string pending(Connection& c, const Table& table, const Migration& migration) {
  const std::string source = c.name(migration.source);
  return "(" + source + " IS NOT NULL AND " + c.name(migration.target) + " IS NULL AND " +
         table.of_extension(c, "vector_dims") + "(" + source + ") = " + std::to_string(migration.dim) + ")";
}

}  // namespace vec2vec::postgres
