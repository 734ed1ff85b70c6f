// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "core/boundary.h"
#include "core/time.h"
#include "map/fingerprint.h"
#include "postgres/needs.h"
#include "postgres/run/native.h"
#include "postgres/run/workers.h"
#include "postgres/server/copy_format.h"
#include "postgres/server/names.h"
#include "postgres/table/dependants.h"
#include "postgres/table/not_null.h"

namespace vec2vec::postgres {
namespace {

constexpr Index kSampleRows = 2000;

}  // namespace

Session::Session(const PostgresColumn& c, const MigrateOptions& o)
    : column(c), options(o), stage(o.progress), control(c.url, [this] { return stage.go_on(); }) {
  table = look_up(control, c);
  take_lock(control, table);
  find();
}

void Session::find() {
  finish_dropped_by_hand(control, table);
  migration = find_migration(control, table, options.into);
  const std::vector<std::string> key = migration && !migration->ended() ? migration->key : std::vector<std::string>{};
  const bool same_key = std::is_permutation(key.begin(), key.end(), column.key_column.begin(), column.key_column.end());
  if (!key.empty() && !column.key_column.empty() && !same_key)
    bad_input("the migration was begun with another key: " + key[0] + (key.size() > 1 ? " ..." : ""),
              control.where() + ", table " + table.shown, "the same `PostgresColumn::key_column`, or none");
  require_key(control, column.key_column.empty() ? key : column.key_column, table);
}

bool Session::switched_by(const std::string& map_sha256) const {
  return migration && (migration->state == "switched" || migration->state == "finished") && migration->map_sha256 == map_sha256;
}

void Session::note(MigrateSummary& summary) {
  for (const std::string& text : find_notes(control, table, migration, options.skip_triggers)) summary.notes.push_back(text);
}

void Session::require_made_by(const std::string& map_sha256) const {
  const std::string where = control.where() + ", table " + table.shown + ", column " + options.into;
  if (!migration)
    bad_input("there is no migration into this column", where,
              "the `PostgresColumn::table` and `MigrateOptions::into` that it was made with");
  if (migration->map_sha256 != map_sha256)
    bad_input("was filled by another map (SHA-256 " + migration->map_sha256.substr(0, 12) + "...)", where, "that map");
}

void Session::open(const Map& map, const std::string& map_sha256) {
  if (migration && !migration->open()) migration.reset();  // a new one begins
  const std::string type = migration ? migration->type : options.type.empty() ? table.type : options.type;
  require_none(find_problems(control, table, options, migration, {map_sha256, type, map.target_dim()}));
  if (!migration) return start(map, map_sha256);
  if (!options.old_name.empty()) migration->old_name = old_name_for(control, table, options.old_name);
}

void Session::start(const Map& map, const std::string& map_sha256) {
  Migration m;
  m.state = "translating";
  m.source = table.column;
  m.target = options.into;
  m.old_name = old_name_for(control, table, options.old_name);
  m.type = options.type.empty() ? table.type : options.type;
  m.map_sha256 = map_sha256;
  m.dim = map.source_dim();
  m.not_null = table.not_null;
  stage.set("look at a sample");
  check_sample(control, table, map, options.ignore_fingerprint);
  stage.set("add the column");
  start_migration(control, table, table.of_extension(control, m.type) + "(" + std::to_string(map.target_dim()) + ")", m);
  migration = m;
}

Sample check_sample(Connection& c, const Table& table, const Map& map, bool ignore_fingerprint) {
  const std::string where = c.where() + ", table " + table.name + ", column " + table.column;
  const auto foreign = [&](Index dim) {
    bad_input(
        "has vectors of dimension " + std::to_string(dim) + ", but the map translates from " + std::to_string(map.source_dim()),
        where,
        dim == map.target_dim() ? "these look like vectors of the map's target side: translated already?"
                                : "a map that was fitted on vectors of this column: `sample_postgres()`, `align()`");
  };
  if (table.dim > 0 && table.dim != map.source_dim()) foreign(table.dim);
  Sample sample = draw_sample(c, table, kSampleRows, map.source_dim(), 0);
  if (sample.rows.rows() == 0 && sample.wrong_dim > 0)
    bad_input("holds no vectors of dimension " + std::to_string(map.source_dim()), where);
  if (!ignore_fingerprint && !map.fits(sample.rows))
    bad_input("these vectors do not look like the model that the map was fitted on", where, kUnfitHint);
  return sample;
}

void Session::translate_all(const Map& map, MigrateSummary& summary) {
  stage.set("divide the table into ranges");
  if (count_ranges(control, table, *migration) == 0) add_ranges(control, table, *migration, batch_rows(), false);
  constexpr int kPasses =
      5;  // what a busy application writes even then waits for the next call, or the lock of switch_postgres
  for (int pass = 0; pass < kPasses; ++pass) {
    run_ranges(*this, map, open_ranges(control, table, *migration), summary);
    count(summary);
    if (summary.pending == 0) break;
    add_ranges(control, table, *migration, batch_rows(), true);
  }
  if (migration->state == "translating") set_state(control, table, *migration, "translated");
  summary.state = migration->state;
}

void Session::count(MigrateSummary& summary) {
  stage.set("count");
  if (migration->state == "finished") {  // without the old column there is nothing to tell translations by
    const Result counts =
        control.run("SELECT count(*), count(" + control.name(migration->source) + ") FROM " + table.sql(control));
    summary.rows = counts.number(0, 0);
    summary.translated = counts.number(0, 1);
    summary.null_rows = summary.rows - summary.translated;
    return;
  }
  const NativeConditions is = native_conditions(control, table, *migration);
  const std::string wrong = is.missing + " AND " + table.of_extension(control, "vector_dims") + "(t." +
                            control.name(source_now(*migration)) + ") <> " + std::to_string(migration->dim);
  const Result counts = control.run("SELECT count(*), count(t." + control.name(target_now(*migration)) +
                                    "), count(*) FILTER (WHERE " + is.missing + ") FROM " + table.sql(control) + " t");
  const CountedRows native = count_rows(control, table, is.native), stale = count_rows(control, table, is.stale);
  const CountedRows wrong_dim = counts.number(0, 2) > 0 ? count_rows(control, table, wrong) : CountedRows{};
  summary.rows = counts.number(0, 0);
  summary.native = native.count;
  summary.native_keys = native.keys;
  summary.stale = stale.count;
  summary.stale_keys = stale.keys;
  summary.translated = counts.number(0, 1) - native.count;
  summary.wrong_dim = wrong_dim.count;
  summary.wrong_keys = wrong_dim.keys;
  summary.pending = counts.number(0, 2) - wrong_dim.count;
  summary.null_rows = summary.rows - counts.number(0, 1) - counts.number(0, 2);
  if (migration->state == "switched" && summary.pending > 0)
    summary.notes.push_back("only column " + migration->old_name + " has a vector in " +
                            shown_rows(count_rows(control, table, is.missing + " AND NOT (" + wrong + ")")) +
                            ": it was written there since the switch, as an INSERT without column names does");
}

void Session::restore_not_null(MigrateSummary& summary, const std::string& again) {
  if (!migration->not_null || require_not_null(control, table, migration->source)) return;
  const std::string shown = quoted(control, migration->source);
  const CountedRows empty = count_rows(control, table, "t." + control.name(migration->source) + " IS NULL");
  summary.notes.push_back("column " + shown + " was NOT NULL, which " + shown_rows(empty) +
                          " without an old vector prevents. When there is none left, " + again + "in psql: ALTER TABLE " +
                          table.shown + " ALTER COLUMN " + shown + " SET NOT NULL;");
}

void Session::verify(const Map& map, MigrateSummary& summary) {
  if (options.verify_rows <= 0 || summary.translated == 0) return;
  stage.set("verify");
  const Index ppm = std::max<Index>(1, 1'500'000 * std::min<Index>(options.verify_rows, 1'000'000) / summary.translated);
  const std::string source = "t." + control.name(migration->source), target = "t." + control.name(migration->target);
  const std::string bytes = control.copy_out(
      "COPY (SELECT " + source + ", " + target + ", " + table.key.shown(control) + " FROM " + table.sql(control) + " t" +
      (ppm < 900'000 ? " TABLESAMPLE BERNOULLI (" + std::to_string(ppm) + "::float8 / 10000)" : "") + " WHERE " + source +
      " IS NOT NULL AND " + target + " IS NOT NULL AND NOT " + native_conditions(control, table, *migration).native +
      " LIMIT " + std::to_string(options.verify_rows) + ") TO STDOUT (FORMAT binary)");
  const bool half = migration->type == "halfvec";
  const double allowed = half ? 1e-3 : 1e-5;  // other CPUs round differently; binary16 has 11 bits
  std::vector<std::optional<std::string_view>> fields;
  Matrix x(1, map.source_dim()), expected(1, map.target_dim()), found(1, map.target_dim());
  summary.verified = 0;
  summary.largest_difference = 0;
  CountedRows others{};  // that hold something else
  for (CopyReader reader(bytes); reader.next(3, fields); ++summary.verified) {
    double difference = std::numeric_limits<double>::infinity();
    if (vector_dim(*fields[0]) == x.cols() && vector_dim(*fields[1]) == found.cols()) {
      read_vector(*fields[0], table.value_type(), x.data());
      read_vector(*fields[1], half ? ValueType::kFloat16 : ValueType::kFloat32, found.data());
      map.translate(x, expected.span());
      difference = 0;
      for (Index j = 0; j < found.cols(); ++j)
        difference = std::max(difference, static_cast<double>(std::abs(found(0, j) - expected(0, j))));
    }
    summary.largest_difference = std::max(summary.largest_difference, difference);
    if (difference <= allowed) continue;
    if (++others.count <= 5) others.keys.emplace_back(*fields[2]);
  }
  if (others.count > 0)
    bad_input("of " + std::to_string(summary.verified) + " translations read back, " + shown_rows(others) +
                  ": others wrote to column " + migration->target +
                  " while its triggers were off, or a trigger changes what is written",
              control.where() + ", table " + table.shown,
              "set column " + migration->target + " to NULL where it is wrong, and the same command again");
}

MigrateSummary resuming(const PostgresColumn& column, const MigrateOptions& options,
                        const std::function<void(Session&, MigrateSummary&)>& work) try {
  const auto start = Clock::now();
  options.validate();
  Stage stage(options.progress);
  const KeepGoing keep_going = [&] { return stage.go_on(); };
  Connection(column.url, keep_going);  // what is wrong from the start is not waited for
  MigrateSummary summary;
  constexpr int kMostLosses = 20;  // a server that we crash ourselves must not be crashed for ever
  for (int losses = 1;; ++losses) {
    try {
      Session session(column, options);
      if (losses == 1) summary.resumed = session.migration && session.migration->open();
      summary.notes.clear();
      work(session, summary);
      if (session.migration) summary.old_column = session.migration->old_name;
      if (summary.state == "switched")
        summary.drop_old_sql =
            "ALTER TABLE " + session.table.shown + " DROP COLUMN " + quoted(session.control, summary.old_column) + ";";
      summary.seconds = seconds_since(start);
      return summary;
    } catch (const SqlError& error) {
      if (!error.lost() || options.retry_time <= 0 || losses == kMostLosses) throw;
    }
    stage.set("wait for the server");
    for (const auto lost = Clock::now();;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      stage.go_on();
      try {
        Connection(column.url, keep_going);
        break;
      } catch (const SqlError& error) {
        if (!error.lost() || seconds_since(lost) > options.retry_time) throw;
      }
    }
  }
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec::postgres
