#include "postgres/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "core/number.h"
#include "map/fingerprint.h"
#include "postgres/copy_format.h"
#include "postgres/dependants.h"
#include "postgres/names.h"
#include "postgres/workers.h"

namespace vec2vec::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Index kSampleRows = 2000;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

void Stage::stop_if_cancelled() const {
  if (!go_on()) throw Error(ErrorKind::kInterrupted, "interrupted", {}, "the same command goes on where it stopped");
}

Session::Session(const PostgresColumn& c, const MigrateOptions& o)
    : column(c), options(o), stage(o.progress), control(c.url, [this] { return stage.go_on(); }) {
  table = look_up(control, c);
  require_key(control, c.key, table);
  take_lock(control, table);
  migration = find_migration(control, table, o.into);
}

bool Session::switched_by(const std::string& map_sha256) const {
  return migration && migration->state == "switched" && migration->map_sha256 == map_sha256;
}

void Session::open(const Map& map, const std::string& map_sha256) {
  if (migration && migration->state == "switched") migration.reset();  // by another map: a new one begins
  if (!migration) return start(map, map_sha256);
  const std::string where = control.where() + ", table " + table.name + ", column " + options.into;
  if (migration->map_sha256 != map_sha256)
    bad_input("is being filled by another map (SHA-256 " + migration->map_sha256.substr(0, 12) + "...)", where,
              "that map, another --into, or --roll-back first");
  if (migration->source != table.column)
    bad_input("is being filled from column " + migration->source, where, "--column " + migration->source);
  if (!has_column(control, table, migration->target))
    bad_input("is gone: somebody dropped it, or made the table anew, while a migration was filling it", where,
              "--roll-back, which tidies up; then migrate begins again");
  if (!options.type.empty() && options.type != migration->type)
    bad_input("is a " + migration->type, where, "leave out --type, or --roll-back first");
  if (!options.old_name.empty()) migration->old_name = old_name_for(control, table, options.old_name);
}

void Session::start(const Map& map, const std::string& map_sha256) {
  const std::string where = control.where() + ", table " + table.name + ", column " + options.into;
  require_name(control, options.into, "--into");
  if (has_column(control, table, options.into))
    bad_input("exists already, and no migration of vec2vec made it", where, "another --into");
  Migration m;
  m.state = "translating";
  m.source = table.column;
  m.target = options.into;
  m.old_name = old_name_for(control, table, options.old_name);
  m.type = options.type.empty() ? table.type : options.type;
  m.map_sha256 = map_sha256;
  m.dim = map.source_dim();
  m.not_null = table.not_null;
  require_type(table, m.type);
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
        "vectors of dimension " + std::to_string(dim) + ", but the map translates from " + std::to_string(map.source_dim()),
        where,
        dim == map.target_dim() ? "these look like vectors of the map's target side: translated already?"
                                : "a map that was fitted on vectors of this column: vec2vec sample, vec2vec align");
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
  const bool switched = migration->state == "switched";
  const std::string source = control.name(switched ? migration->old_name : migration->source);
  const std::string target = control.name(switched ? migration->source : migration->target);
  const std::string left = source + " IS NOT NULL AND " + target + " IS NULL";
  const std::string wrong =
      left + " AND " + table.of_extension(control, "vector_dims") + "(" + source + ") <> " + std::to_string(migration->dim);
  const Result counts = control.run("SELECT count(*), count(" + target + "), count(*) FILTER (WHERE " + left +
                                    "), count(*) FILTER (WHERE " + wrong + ") FROM " + table.sql(control));
  summary.rows = counts.number(0, 0);
  summary.translated = counts.number(0, 1);
  summary.wrong_dim = counts.number(0, 3);
  summary.pending = counts.number(0, 2) - summary.wrong_dim;
  summary.null_rows = summary.rows - summary.translated - summary.wrong_dim - summary.pending;
  summary.wrong_keys.clear();
  if (summary.wrong_dim == 0) return;
  const Result keys = control.run("SELECT " + table.key.shown(control) + " FROM " + table.sql(control) + " WHERE " + wrong +
                                  " ORDER BY " + table.key.order(control) + " LIMIT 5");
  for (Index i = 0; i < keys.rows(); ++i) summary.wrong_keys.push_back(keys.text(i, 0));
}

void Session::verify(const Map& map, MigrateSummary& summary) {
  if (options.verify_rows <= 0 || summary.translated == 0) return;
  stage.set("verify");
  const double share = 150.0 * static_cast<double>(options.verify_rows) / static_cast<double>(summary.translated);
  const std::string source = control.name(migration->source), target = control.name(migration->target);
  const std::string bytes = control.copy_out("COPY (SELECT " + source + ", " + target + " FROM " + table.sql(control) +
                                             (share < 90 ? " TABLESAMPLE BERNOULLI (" + shortest(share) + ")" : "") +
                                             " WHERE " + source + " IS NOT NULL AND " + target + " IS NOT NULL LIMIT " +
                                             std::to_string(options.verify_rows) + ") TO STDOUT (FORMAT binary)");
  const bool half = migration->type == "halfvec";
  const double allowed = half ? 1e-3 : 1e-5;  // other CPUs round differently; binary16 has 11 bits
  std::vector<std::optional<std::string_view>> fields;
  Matrix x(1, map.source_dim()), expected(1, map.target_dim()), found(1, map.target_dim());
  summary.verified = 0;
  summary.largest_difference = 0;
  for (CopyReader reader(bytes); reader.next(2, fields); ++summary.verified) {
    if (vector_dim(*fields[0]) != x.cols() || vector_dim(*fields[1]) != found.cols())
      throw Error(ErrorKind::kInternal, "a translated row has another dimension than the map", control.where());
    read_vector(*fields[0], table.value_type(), x.data());
    read_vector(*fields[1], half ? ValueType::kFloat16 : ValueType::kFloat32, found.data());
    map.translate(x, expected.span());
    for (Index j = 0; j < found.cols(); ++j)
      summary.largest_difference =
          std::max(summary.largest_difference, static_cast<double>(std::abs(found(0, j) - expected(0, j))));
  }
  if (summary.largest_difference > allowed)
    throw Error(ErrorKind::kInternal,
                "rows read back differ from their translation by up to " + shortest(summary.largest_difference),
                control.where() + ", table " + table.name, "--roll-back and report it");
}

MigrateSummary resuming(const PostgresColumn& column, const MigrateOptions& options,
                        const std::function<void(Session&, MigrateSummary&)>& work) {
  const auto start = Clock::now();
  Stage stage(options.progress);
  const KeepGoing keep_going = [&] { return stage.go_on(); };
  Connection(column.url, keep_going);  // what is wrong from the start is not waited for
  MigrateSummary summary;
  constexpr int kMostLosses = 20;  // a server that we crash ourselves must not be crashed for ever
  for (int losses = 1;; ++losses) {
    try {
      Session session(column, options);
      if (losses == 1) summary.resumed = session.migration.has_value();
      summary.notes = find_notes(session.control, session.table, session.migration, options.skip_triggers);
      work(session, summary);
      summary.seconds = seconds_since(start);
      return summary;
    } catch (const SqlError& error) {
      if (!error.lost() || options.retry_seconds <= 0 || losses == kMostLosses) throw;
    }
    stage.set("wait for the server");
    for (const auto lost = Clock::now();;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      stage.stop_if_cancelled();
      try {
        Connection(column.url, keep_going);
        break;
      } catch (const SqlError& error) {
        if (!error.lost() || seconds_since(lost) > options.retry_seconds) throw;
      }
    }
  }
}

}  // namespace vec2vec::postgres
