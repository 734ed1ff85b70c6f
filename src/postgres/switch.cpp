// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <limits>

#include "postgres/needs.h"
#include "postgres/run/native.h"
#include "postgres/run/session.h"
#include "postgres/run/workers.h"
#include "postgres/table/not_null.h"
#include "vec2vec/postgres.h"

namespace vec2vec {
namespace {

using postgres::Connection;
using postgres::Migration;
using postgres::Result;
using postgres::Session;
using postgres::SqlError;
using postgres::Table;

/// The table, or its partitions, which indexes are built for: CONCURRENTLY takes no partitioned table.
struct Leaf {
  std::string schema, table, index;  ///< quoted; index: of its pending rows
};

std::vector<Leaf> leaves(Session& s) {
  Connection& c = s.control;
  const Result found = c.run(
      "SELECT n.nspname, c.relname, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
      "AND (c.oid = $1 OR c.oid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass) WHERE isleaf))",
      {std::to_string(s.table.oid)});
  const std::string stem = "vec2vec_pending_" + std::to_string(s.migration->id) + "_";
  std::vector<Leaf> all;
  for (Index i = 0; i < found.rows(); ++i)
    all.push_back({c.name(found.text(i, 0)), c.name(found.text(i, 1)), c.name(stem + found.text(i, 2))});
  return all;
}

void drop_pending_index(Session& s) {
  for (const Leaf& leaf : leaves(s)) s.control.run("DROP INDEX CONCURRENTLY IF EXISTS " + leaf.schema + "." + leaf.index);
}

/// Indexes the rows still to be translated: under the lock of the switch they must be found at once.
void make_pending_index(Session& s) {
  drop_pending_index(s);  // of a call that was killed
  s.stage.set("index the rows still to be translated");
  Connection& c = s.control;
  for (const Leaf& leaf : leaves(s))
    c.run("CREATE INDEX CONCURRENTLY " + leaf.index + " ON " + leaf.schema + "." + leaf.table + " (" + s.table.key.list(c) +
          ") WHERE " + c.name(s.migration->source) + " IS NOT NULL AND " + c.name(s.migration->target) + " IS NULL");
}

Index count_pending(Connection& c, Session& s) {
  return c.run("SELECT count(*) FROM " + s.table.sql(c) + " WHERE " + pending(c, s.table, *s.migration)).number(0, 0);
}

/// Translates what others wrote while the indexes were built, until no more is left than one transaction takes, or they write
/// as fast as we translate: then the lock of the switch has to hold them up.
void catch_up(Session& s, const Map& map, MigrateSummary& summary) {
  Index last = std::numeric_limits<Index>::max();
  for (Index left = 0; (left = count_pending(s.control, s)) > s.rows_at_once && left < last / 4 * 3; last = left) {
    add_ranges(s.control, s.table, *s.migration, s.batch_rows(), true);
    run_ranges(s, map, open_ranges(s.control, s.table, *s.migration), summary);
  }
}

/// Throws Error{kBadInput} when a row would lose its vector by the switch. To be called under the lock of the switch.
void require_translated(Connection& c, Session& s) {
  const std::string where = c.where() + ", table " + s.table.shown;
  if (const Index rows = count_pending(c, s); rows > 0)
    bad_input(std::to_string(rows) + " rows still have no translation, so the names stay as they are", where,
              "the same command again; if it says so again, look for a trigger or rule that undoes an UPDATE of this table");
  if (s.options.allow_untranslated) return;
  const Migration& m = *s.migration;
  const Result left = c.run("SELECT " + s.table.key.shown(c) + " FROM " + s.table.sql(c) + " WHERE " + c.name(m.source) +
                            " IS NOT NULL AND " + c.name(m.target) + " IS NULL LIMIT 1");
  if (left.rows() > 0)
    bad_input(
        "a vector of another dimension than " + std::to_string(m.dim) + " was written meanwhile, with the key " +
            left.text(0, 0),
        where,
        "repair or remove it, or `MigrateOptions::allow_untranslated = true`: it will be NULL, and kept in " + m.old_name);
}

/// The last rows under a lock that stops writers, then the names. False, without either, when that would take long and
/// `may_wait`.
bool swap_names_once(Session& s, Connection& c, postgres::BatchTranslator& translator, bool may_wait, MigrateSummary& summary) {
  const Migration& m = *s.migration;
  postgres::BatchCounts last;
  Migration switched = m;
  bool done = false;
  with_short_locks(c, [&] {
    c.run("SET LOCAL synchronous_commit = on; LOCK TABLE " + s.table.sql(c) + " IN SHARE ROW EXCLUSIVE MODE");
    done = !may_wait || count_pending(c, s) <= s.rows_at_once;
    if (!done) return;
    last = translator.translate_rows({});
    require_translated(c, s);
    rename_column(c, s.table, m.source, m.old_name);
    rename_column(c, s.table, m.target, m.source);
    if (m.not_null) c.run("ALTER TABLE " + s.table.sql(c) + " ALTER COLUMN " + c.name(m.old_name) + " DROP NOT NULL");
    set_state(c, s.table, switched, "switched");
    postgres::make_triggers(c, s.table, switched);
    drop_ranges(c, s.table, m);
  });
  if (!done) return false;
  s.migration = switched;
  summary.translated_now += last.translated;
  summary.zero_rows += last.zero_rows;
  return true;
}

void swap_names(Session& s, const Map& map, MigrateSummary& summary) {
  Connection c = s.control.another([&s] { return s.stage.go_on(); });
  postgres::BatchTranslator translator(c, s.table, *s.migration, map, s.batch_rows(), s.rows_at_once, s.options.skip_triggers);
  for (int tries = 1;; ++tries) {
    catch_up(s, map, summary);
    s.stage.set("switch");
    if (swap_names_once(s, c, translator, tries < 4, summary)) return;
  }
}

/// Throws Error{kBadInput} when another column is being filled from the same one: its source would change its name and its
/// model.
void require_no_rival(Session& s) {
  for (const Migration& other : postgres::live_migrations(s.control, s.table))
    if (other.open() && other.table == s.table.name && other.source == s.migration->source && other.id != s.migration->id)
      bad_input("column " + other.target + " is being filled from the same column",
                s.control.where() + ", table " + s.table.shown, "`drop_new_postgres()` of that migration first");
}

void switch_over(Session& s, const Map& map, const std::string& map_sha256, MigrateSummary& summary) {
  if (s.options.build_indexes) postgres::require_none(hand_made_indexes(s.control, s.table, s.options.into));
  s.open(map, map_sha256);
  const Migration& m = *s.migration;
  const std::string where = s.control.where() + ", table " + s.table.shown;
  if (has_column(s.control, s.table, m.old_name))
    bad_input("column " + m.old_name + " exists already", where,
              "drop it, or give another name for the old column (`MigrateOptions::old_name`)");
  require_no_rival(s);
  s.translate_all(map, summary);
  s.verify(map, summary);
  if (summary.wrong_dim > 0 && !s.options.allow_untranslated)
    bad_input(
        std::to_string(summary.wrong_dim) + " vectors are not of dimension " + std::to_string(m.dim) +
            " and have no translation; the first has the key " + summary.wrong_keys[0],
        where,
        "repair or remove them, or `MigrateOptions::allow_untranslated = true`: they will be NULL, and kept in " + m.old_name);
  if (s.options.build_indexes) build_twins(s);
  make_pending_index(s);
  try {
    swap_names(s, map, summary);
  } catch (const SqlError&) {  // the next call, or a retry, begins with dropping it
    throw;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBadInput) drop_pending_index(s);
    throw;
  }
}

}  // namespace

MigrateSummary switch_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                               const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& s, MigrateSummary& summary) {
    s.note(summary);
    if (!s.switched_by(map_sha256)) switch_over(s, map, map_sha256, summary);
    const Migration& m = *s.migration;
    if (m.state == "switched") {  // by an earlier call too, which may have been killed before it came to this
      drop_pending_index(s);
      if (m.not_null && !require_not_null(s.control, s.table, m.source))
        summary.notes.push_back("column " + m.source + " was NOT NULL; it now holds NULLs where there is no translation");
    }
    s.count(summary);
    summary.state = m.state;
  });
}

}  // namespace vec2vec
