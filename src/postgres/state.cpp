#include "postgres/state.h"

#include <chrono>
#include <thread>

#include "vec2vec/version.h"

namespace vec2vec::postgres {
namespace {

std::string migrations(Connection& c, const Table& table) { return c.name(table.schema) + ".vec2vec_migrations"; }
std::string ranges(Connection& c, const Table& table) { return c.name(table.schema) + ".vec2vec_ranges"; }

void make_tables(Connection& c, const Table& table) {
  c.run("CREATE TABLE IF NOT EXISTS " + migrations(c, table) +
        " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, table_name text NOT NULL, "
        "source_column text NOT NULL, target_column text NOT NULL, old_name text NOT NULL, target_type text NOT NULL, "
        "source_dim int NOT NULL, source_not_null bool NOT NULL, map_sha256 text NOT NULL, vec2vec_version text NOT NULL, "
        "started timestamptz NOT NULL DEFAULT now(), changed timestamptz NOT NULL DEFAULT now())");
  c.run("CREATE TABLE IF NOT EXISTS " + ranges(c, table) +
        " (migration bigint NOT NULL, number bigint NOT NULL, first text, until text, done bool NOT NULL DEFAULT false, "
        "PRIMARY KEY (migration, number))");
}

std::string trigger_name(const Migration& migration) { return "vec2vec_stale_" + std::to_string(migration.id); }

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
  if (c.run("SELECT to_regclass($1)", {migrations(c, table)}).is_null(0, 0)) return {};
  const Result found = c.run(
      "SELECT id, state, source_column, target_column, old_name, target_type, map_sha256, source_dim, "
      "source_not_null FROM " +
          migrations(c, table) +
          " WHERE table_name = $1 AND target_column = $2 AND state <> 'rolled back' ORDER BY id DESC LIMIT 1",
      {table.name, target});
  if (found.rows() == 0) return {};
  const auto text = [&](int column) { return found.text(0, column); };
  return Migration{found.number(0, 0), text(1),         text(2), text(3), text(4), text(5), text(6),
                   found.number(0, 7), found.flag(0, 8)};
}

void start_migration(Connection& c, const Table& table, const std::string& target_type_sql, Migration& migration) {
  with_short_locks(c, [&] {
    make_tables(c, table);
    const std::string into = c.name(migration.target), sql = table.sql(c);
    migration.id = c.run("INSERT INTO " + migrations(c, table) +
                             " (state, table_name, source_column, target_column, old_name, target_type, source_dim, "
                             "source_not_null, map_sha256, vec2vec_version) "
                             "VALUES ('translating', $1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                         {table.name, migration.source, migration.target, migration.old_name, migration.type,
                          std::to_string(migration.dim), migration.not_null ? "t" : "f", migration.map_sha256, version()})
                       .number(0, 0);
    c.run("ALTER TABLE " + sql + " ADD COLUMN " + into + " " + target_type_sql);
    c.run("COMMENT ON COLUMN " + sql + "." + into + " IS " +
          c.literal("Translated by vec2vec " + std::string(version()) + " from column " + migration.source +
                    " with the map of SHA-256 " + migration.map_sha256 + "; not native vectors of the target model"));
    make_trigger(c, table, migration);
  });
}

void make_trigger(Connection& c, const Table& table, const Migration& migration) {
  const std::string name = c.name(trigger_name(migration)), function = c.name(table.schema) + "." + name;
  const std::string source = c.name(migration.source), target = c.name(migration.target);
  c.run("CREATE OR REPLACE FUNCTION " + function + "() RETURNS trigger LANGUAGE plpgsql AS " +
        c.literal("BEGIN NEW." + target + " := NULL; RETURN NEW; END"));
  // *<> compares bytes. The = of pgvector may be outside the search path, and up to 0.6 it fails on two different dimensions.
  c.run("CREATE TRIGGER " + name + " BEFORE UPDATE OF " + source + " ON " + table.sql(c) + " FOR EACH ROW WHEN (ROW(OLD." +
        source + ")::record OPERATOR(pg_catalog.*<>) ROW(NEW." + source + ")::record) EXECUTE FUNCTION " + function + "()");
}

void drop_trigger(Connection& c, const Table& table, const Migration& migration) {
  const std::string name = c.name(trigger_name(migration));
  c.run("DROP TRIGGER IF EXISTS " + name + " ON " + table.sql(c));
  c.run("DROP FUNCTION IF EXISTS " + c.name(table.schema) + "." + name + "()");
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

std::string pending(Connection& c, const Table& table, const Migration& migration) {
  const std::string source = c.name(migration.source);
  return "(" + source + " IS NOT NULL AND " + c.name(migration.target) + " IS NULL AND " +
         table.of_extension(c, "vector_dims") + "(" + source + ") = " + std::to_string(migration.dim) + ")";
}

}  // namespace vec2vec::postgres
