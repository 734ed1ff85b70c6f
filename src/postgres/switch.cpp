#include <chrono>

#include "postgres/session.h"
#include "vec2vec/postgres.h"

namespace vec2vec {
namespace {

using postgres::Connection;
using postgres::Migration;
using postgres::Session;
using postgres::SqlError;
using postgres::Table;

/// Drops the index that make_pending_index made, if it is there.
void drop_pending_index(Session& s) {
  Connection& c = s.control;
  c.run("DROP INDEX CONCURRENTLY IF EXISTS " + c.name(s.table.schema) + "." +
        c.name("vec2vec_pending_" + std::to_string(s.migration->id)));
}

/// Indexes the rows still to be translated: under the lock of the switch they must be found at once.
void make_pending_index(Session& s) {
  if (s.table.partitioned) return;  // CONCURRENTLY cannot
  drop_pending_index(s);            // of a call that was killed
  s.stage.set("index the rows still to be translated");
  Connection& c = s.control;
  c.run("CREATE INDEX CONCURRENTLY " + c.name("vec2vec_pending_" + std::to_string(s.migration->id)) + " ON " + s.table.sql(c) +
        " (" + s.table.key.list(c) + ") WHERE " + c.name(s.migration->source) + " IS NOT NULL AND " +
        c.name(s.migration->target) + " IS NULL");
}

/// Makes the column NOT NULL without holding up anybody while the server looks at all rows; false when it holds NULLs.
bool require_not_null(Session& s, const std::string& column) {
  Connection& c = s.control;
  const std::string sql = s.table.sql(c), name = c.name(column);
  with_short_locks(c, [&] {
    c.run("ALTER TABLE " + sql + " DROP CONSTRAINT IF EXISTS vec2vec_not_null");  // of a call that was killed
    c.run("ALTER TABLE " + sql + " ADD CONSTRAINT vec2vec_not_null CHECK (" + name + " IS NOT NULL) NOT VALID");
  });
  bool good = true;
  try {
    c.run("ALTER TABLE " + sql + " VALIDATE CONSTRAINT vec2vec_not_null");
  } catch (const SqlError& error) {
    if (error.state() != "23514") throw;
    good = false;
  }
  with_short_locks(c, [&] {
    if (good) c.run("ALTER TABLE " + sql + " ALTER COLUMN " + name + " SET NOT NULL");
    c.run("ALTER TABLE " + sql + " DROP CONSTRAINT vec2vec_not_null");
  });
  return good;
}

void rename_column(Connection& c, const Table& table, const std::string& from, const std::string& to) {
  c.run("ALTER TABLE " + table.sql(c) + " RENAME COLUMN " + c.name(from) + " TO " + c.name(to));
}

/// The last rows under a lock that stops writers, then the names.
void swap_names(Session& s, const Map& map, MigrateSummary& summary) {
  Connection c = s.control.another([&s] { return s.stage.go_on(); });
  const Migration& m = *s.migration;
  postgres::BatchTranslator translator(c, s.table, m, map, s.options.skip_triggers);
  s.stage.set("switch");
  postgres::BatchCounts last;
  Migration switched = m;
  with_short_locks(c, [&] {
    c.run("SET LOCAL synchronous_commit = on; LOCK TABLE " + s.table.sql(c) + " IN SHARE ROW EXCLUSIVE MODE");
    last = translator.translate_rows({});
    rename_column(c, s.table, m.source, m.old_name);
    rename_column(c, s.table, m.target, m.source);
    drop_trigger(c, s.table, m);
    if (m.not_null) c.run("ALTER TABLE " + s.table.sql(c) + " ALTER COLUMN " + c.name(m.old_name) + " DROP NOT NULL");
    set_state(c, s.table, switched, "switched");
    drop_ranges(c, s.table, m);
  });
  s.migration = switched;
  summary.translated_now += last.translated;
  summary.zero_rows += last.zero_rows;
}

/// Renames the columns back; the trigger watches again.
void swap_back(Session& s, MigrateSummary& summary) {
  Connection& c = s.control;
  Migration& m = *s.migration;
  if (!has_column(c, s.table, m.old_name))
    bad_input("there is no column " + m.old_name + " any more", c.where() + ", table " + s.table.name,
              "without the old vectors nothing can be rolled back");
  with_short_locks(c, [&] {
    rename_column(c, s.table, m.source, m.target);
    rename_column(c, s.table, m.old_name, m.source);
    if (m.not_null) c.run("ALTER TABLE " + s.table.sql(c) + " ALTER COLUMN " + c.name(m.target) + " DROP NOT NULL");
    make_trigger(c, s.table, m);
    set_state(c, s.table, m, "translated");
  });
  if (m.not_null && !require_not_null(s, m.source))
    summary.notes.push_back("column " + m.source + " was NOT NULL; rows written since the switch have no old vector");
  s.count(summary);
}

void drop_column(Session& s) {
  Connection& c = s.control;
  with_short_locks(c, [&] {
    drop_trigger(c, s.table, *s.migration);
    c.run("ALTER TABLE " + s.table.sql(c) + " DROP COLUMN IF EXISTS " + c.name(s.migration->target));
    set_state(c, s.table, *s.migration, "rolled back");
    drop_ranges(c, s.table, *s.migration);
  });
}

}  // namespace

MigrateSummary switch_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                               const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    bool finished = false;  // switched by an earlier call, which may have been killed before the column was NOT NULL again
    if (!session.switched_by(map_sha256)) {
      session.open(map, map_sha256);
      const Migration& m = *session.migration;
      const std::string where = session.control.where() + ", table " + session.table.name;
      if (has_column(session.control, session.table, m.old_name))
        bad_input("column " + m.old_name + " exists already", where,
                  "drop it, or give another name for the old column (--old-name)");
      if (options.build_indexes) require_twins(session.control, session.table, m.type, map.target_dim());
      session.translate_all(map, summary);
      session.verify(map, summary);
      if (summary.wrong_dim > 0 && !options.allow_untranslated)
        bad_input(std::to_string(summary.wrong_dim) + " vectors are not of dimension " + std::to_string(m.dim) +
                      " and have no translation; the first has the key " + summary.wrong_keys[0],
                  where, "repair or remove them, or --allow-untranslated: they will be NULL, and kept in " + m.old_name);
      if (options.build_indexes) build_twins(session);
      make_pending_index(session);
      swap_names(session, map, summary);
    } else if (session.table.not_null) {
      finished = true;
    }
    drop_pending_index(session);
    if (session.migration->not_null && !finished && !require_not_null(session, session.migration->source))
      summary.notes.push_back("column " + session.migration->source +
                              " was NOT NULL; it now holds NULLs where there is no translation");
    session.count(summary);
    summary.state = "switched";
  });
}

MigrateSummary roll_back_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Session session(column, options);
  const std::string where = session.control.where() + ", table " + session.table.name + ", column " + options.into;
  if (!session.migration)
    bad_input("there is no migration to roll back", where, "the --table and --into that it was made with");
  if (session.migration->map_sha256 != map_sha256)
    bad_input("was filled by another map (SHA-256 " + session.migration->map_sha256.substr(0, 12) + "...)", where, "that map");
  MigrateSummary summary;
  if (session.migration->state == "switched") {
    swap_back(session, summary);
  } else {
    drop_column(session);
  }
  summary.state = session.migration->state;
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace vec2vec
