// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/boundary.h"
#include "postgres/needs.h"
#include "postgres/run/native.h"
#include "postgres/run/session.h"
#include "postgres/run/timing.h"
#include "postgres/table/dependants.h"
#include "vec2vec/postgres.h"

namespace vec2vec {
namespace {

using postgres::Connection;
using postgres::Migration;
using postgres::Table;

/// Vectors of the new model that others wrote, and old ones that are older than those.
void count_native(Connection& c, const Table& table, const Migration& migration, MigratePlan& plan) {
  const postgres::NativeConditions is = native_conditions(c, table, migration);
  const postgres::CountedRows native = count_rows(c, table, is.native), stale = count_rows(c, table, is.stale);
  plan.native = native.count;
  plan.native_keys = native.keys;
  plan.stale = stale.count;
  plan.stale_keys = stale.keys;
}

/// How far the migration that is there has come, counted in the table.
void count_pending(Connection& c, const Table& table, const Migration& migration, MigratePlan& plan) {
  const auto counts = c.run("SELECT count(*), count(" + c.name(migration.target) + "), count(*) FILTER (WHERE " +
                            pending(c, table, migration) + ") FROM " + table.sql(c));
  plan.rows = counts.number(0, 0);
  plan.translated = counts.number(0, 1) - plan.native;
  plan.pending = counts.number(0, 2);
}

/// hnsw builds slow down many times once the graph is larger than maintenance_work_mem.
void note_index_memory(Connection& c, const Table& table, MigratePlan& plan) {
  const Index width = plan.target_type == "halfvec" ? 2 : 4;
  const Index graph = plan.rows * (plan.target_dim * width + 800);  // 800: 16 neighbours a side, and what else a row has
  const Index memory = c.run("SELECT pg_size_bytes(current_setting('maintenance_work_mem'))").number(0, 0);
  if (graph <= memory) return;
  for (const postgres::ColumnIndex& index : table.indexes) {
    if (index.method != "hnsw") continue;
    const std::string size = std::to_string(graph / (Index{1} << 20) + 1) + "MB";
    plan.notes.push_back("index " + index.name + ": building one for the new column takes about " + size +
                         " of memory; the server's maintenance_work_mem is " + std::to_string(memory / (Index{1} << 20)) +
                         "MB, beyond which it becomes many times slower: PGOPTIONS='-c maintenance_work_mem=" + size + "'");
    return;
  }
}

}  // namespace

MigratePlan plan_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                          const MigrateOptions& options) try {
  options.validate();
  postgres::Stage stage(options.progress);
  Connection c(column.url, [&] { return stage.go_on(); });
  Table table = postgres::look_up(c, column);
  auto there = postgres::find_migration(c, table, options.into);
  if (there && !there->open() && (there->state == "dropped" || there->map_sha256 != map_sha256))
    there.reset();  // a new one begins
  postgres::require_key(c, column.key_column.empty() && there && !there->ended() ? there->key : column.key_column, table);
  MigratePlan plan;
  plan.server = c.where();
  plan.state = there ? there->state : "new";
  const bool switched = plan.state == "switched" || plan.state == "finished";
  plan.source_dim = map.source_dim();
  plan.target_dim = map.target_dim();
  plan.target_type = there ? there->type : options.type.empty() ? table.type : options.type;
  plan.old_column = there ? there->old_name : postgres::old_name_for(c, table, options.old_name);
  if (!switched) plan.problems = find_problems(c, table, options, there, {map_sha256, plan.target_type, plan.target_dim});
  plan.table_bytes = table.bytes;
  plan.rows = table.rows;
  if (plan.rows == 0) plan.rows = c.run("SELECT count(*) FROM " + table.sql(c)).number(0, 0);  // never analysed
  plan.pending = plan.rows;
  if (switched) plan.pending = 0;
  if (options.measure && there && there->state != "finished" && has_column(c, table, target_now(*there))) {
    stage.set("count");
    count_native(c, table, *there, plan);
    if (!switched) count_pending(c, table, *there, plan);
  }
  if (!switched && (!there || there->map_sha256 == map_sha256)) {
    stage.set("look at a sample");
    if (plan.problems.empty()) {  // or they would be hidden by what the sample shows
      const postgres::Sample sample = postgres::check_sample(c, table, map, options.ignore_fingerprint);
      plan.sampled = sample.rows.rows() + sample.wrong_dim;
      plan.wrong_dim = sample.wrong_dim;
    }
    // Each row is written anew, and its translation beside it.
    const Index row_bytes = table.bytes / std::max<Index>(plan.rows, 1);
    plan.growth_bytes = plan.pending * (row_bytes + plan.target_dim * (plan.target_type == "halfvec" ? 2 : 4));
  }
  for (const std::string& note : find_notes(c, table, there, options.skip_triggers)) plan.notes.push_back(note);
  if (switched) return plan;
  if (options.build_indexes) {
    for (const MigrateProblem& problem : hand_made_indexes(c, table, options.into))
      plan.notes.push_back("`switch_postgres()` will stop: " + problem.what + "; " + problem.hint);
    note_index_memory(c, table, plan);
  }
  if (options.measure && plan.problems.empty()) {
    stage.set("time some rows");
    const postgres::Timing timing = postgres::measure_timing(c, table, map, plan.target_type, options.build_indexes, plan.rows);
    const double share = static_cast<double>(plan.pending) / static_cast<double>(std::max<Index>(plan.rows, 1));
    plan.row_seconds = timing.rows < 0 ? -1 : timing.rows * share;
    plan.index_seconds = timing.indexes;
    plan.time_basis = timing.basis;
  }
  return plan;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
