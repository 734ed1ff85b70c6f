#include "postgres/dependants.h"
#include "postgres/session.h"
#include "vec2vec/postgres.h"

namespace vec2vec {

using postgres::Session;

MigratePlan plan_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                          const MigrateOptions& options) {
  postgres::Stage stage(options.progress);
  postgres::Connection c(column.url, [&] { return stage.go_on(); });
  postgres::Table table = postgres::look_up(c, column);
  postgres::require_key(c, column.key, table);
  MigratePlan plan;
  plan.server = c.where();
  plan.state = "new";
  plan.target_type = options.type.empty() ? table.type : options.type;
  const auto there = postgres::find_migration(c, table, options.into);
  if (there) {
    plan.state = there->state;
    plan.target_type = there->type;
    if (there->map_sha256 != map_sha256) plan.notes.push_back("the migration that is there is of another map");
  } else if (postgres::has_column(c, table, options.into)) {
    bad_input("exists already, and no migration of vec2vec made it", c.where() + ", column " + options.into, "another --into");
  }
  postgres::require_type(table, plan.target_type);
  plan.source_dim = map.source_dim();
  plan.target_dim = map.target_dim();
  plan.rows = table.rows;
  if (plan.rows == 0) plan.rows = c.run("SELECT count(*) FROM " + table.sql(c)).number(0, 0);  // never analysed
  plan.table_bytes = table.bytes;
  if (plan.state != "switched") {
    stage.set("look at a sample");
    const postgres::Sample sample = postgres::check_sample(c, table, map, options.ignore_fingerprint);
    plan.sampled = sample.rows.rows() + sample.wrong_dim;
    plan.wrong_dim = sample.wrong_dim;
  }
  // Each row is written anew, and its translation beside it.
  plan.growth_bytes = table.bytes + plan.rows * plan.target_dim * (plan.target_type == "halfvec" ? 2 : 4);
  const std::vector<std::string> notes = postgres::find_notes(c, table, there, options.skip_triggers);
  plan.notes.insert(plan.notes.end(), notes.begin(), notes.end());
  for (const std::string& definition : table.other_indexes)
    plan.notes.push_back("--switch cannot build this index for the new column: " + definition);
  return plan;
}

MigrateSummary translate_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                                  const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    if (session.switched_by(map_sha256)) {
      session.count(summary);
      summary.state = "switched";
      return;
    }
    session.open(map, map_sha256);
    session.translate_all(map, summary);
    session.verify(map, summary);
  });
}

}  // namespace vec2vec
