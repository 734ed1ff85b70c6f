// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "on_server.h"

namespace vec2vec::postgres {
namespace {

using PostgresPlan = OnServer<8>;

TEST_F(PostgresPlan, TellsTimesAndChangesNothing) {
  fill(2000, "vector(384)");
  db().run("CREATE INDEX near ON \"Docs\" USING hnsw (\"the v\" vector_cosine_ops) WITH (m = 4, ef_construction = 20)");
  const auto state = [&] {
    return db()
        .run(
            "SELECT count(*) || ' ' || sum(xmin::text::bigint) || ' ' || (SELECT count(*) FROM pg_class) || ' ' || "
            "(SELECT count(*) FROM pg_attribute) FROM \"Docs\"")
        .text(0, 0);
  };
  const std::string before = state();
  const nlohmann::json plan = migrate({"--dry-run"});
  EXPECT_EQ(state(), before);
  EXPECT_EQ(plan["state"], "new");
  EXPECT_EQ(plan["pending"], plan["rows"]);
  EXPECT_EQ(plan["old_column"], "the v_old");
  EXPECT_TRUE(plan["problems"].empty()) << plan;
  EXPECT_GT(plan["row_seconds"], 0);
  EXPECT_GT(plan["index_seconds"], 0);
  EXPECT_NE(plan["time_basis"].get<std::string>().find("1000 rows timed"), std::string::npos) << plan;
  EXPECT_TRUE(migrate({"--dry-run", "--no-indexes"})["index_seconds"] == 0);

  // Not within the trial's reach: more rows take longer.
  insert(2000, 4000);
  db().run("ANALYZE \"Docs\"");
  const nlohmann::json larger = migrate({"--dry-run"});
  EXPECT_EQ(larger["rows"], 6000);
  EXPECT_GT(larger["row_seconds"], plan["row_seconds"]);
}

TEST_F(PostgresPlan, TellsWhatIsPending) {
  fill(500, "vector(384)");
  migrate();
  db().run("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 0) WHERE id BETWEEN 10 AND 70");
  const nlohmann::json plan = migrate({"--dry-run"});
  EXPECT_EQ(plan["state"], "translated");
  EXPECT_EQ(plan["rows"], 500);
  EXPECT_EQ(plan["translated"], 493);
  EXPECT_EQ(plan["pending"], 7);
  std::vector<std::string> other = arguments({"--dry-run"});
  other[1] = world().folder.path("other.safetensors");
  const CliResult refused = run_cli(other);
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("is being filled by another map"), std::string::npos) << refused.err;
}

TEST_F(PostgresPlan, SaysWhyThereIsNoTime) {
  fill(50, "vector(384)");
  db().run("UPDATE \"Docs\" SET \"the v\" = NULL");
  const nlohmann::json plan = migrate({"--dry-run", "--ignore-fingerprint"});
  EXPECT_TRUE(plan["row_seconds"].is_null()) << plan;
  EXPECT_NE(plan["time_basis"].get<std::string>().find("no rows to time"), std::string::npos) << plan;
}

TEST_F(PostgresPlan, NamesIndexesThatNobodyBuilds) {
  fill(50, "vector(384)");
  db().run("CREATE INDEX \"Half\" ON \"Docs\" USING hnsw ((\"the v\"::halfvec(384)) halfvec_cosine_ops)");
  const nlohmann::json plan = migrate({"--dry-run"});
  const auto has = [&](const std::string& text) {
    return std::any_of(plan["notes"].begin(), plan["notes"].end(),
                       [&](const nlohmann::json& note) { return note.get<std::string>().find(text) != std::string::npos; });
  };
  EXPECT_TRUE(has("--switch will stop: an index on the column cannot be built for the new one automatically")) << plan;
  EXPECT_TRUE(has("create its twin on column \"v new\" before --switch with --no-indexes")) << plan;
  const CliResult refused = run_cli(arguments({"--switch"}));
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'"), 0);
  EXPECT_EQ(migrate({"--switch", "--no-indexes"})["state"], "switched");
}

/// What the screen says to people.
TEST_F(PostgresPlan, ExplainsItself) {
  fill(2000, "vector(384)");
  const auto text = [&](std::vector<std::string> more) {
    std::vector<std::string> all = arguments(std::move(more));
    all.erase(std::remove_if(all.begin(), all.end(), [](const std::string& a) { return a == "--json" || a == "--quiet"; }),
              all.end());
    const CliResult result = run_cli(all);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  const std::vector<std::string> queries = {"--queries", VEC2VEC_DEMO_DATA "/minilm.eval.npy", "--new-queries",
                                            VEC2VEC_DEMO_DATA "/e5.eval.npy"};
  std::vector<std::string> dry = queries;
  dry.emplace_back("--dry-run");
  const std::string plan = text(dry);
  for (const char* what : {"nothing was changed", "time    rows ", "of 100 documents that the queries found, they find ",
                           "After --switch the old vectors are in the v_old; from then on write and query with the new model"})
    EXPECT_NE(plan.find(what), std::string::npos) << what << "\n" << plan;
  const std::string done = text({"--switch"});
  for (const char* what : {"From now on write and query with the new model (", "384 dimensions)",
                           "still fit, without an error: searches then mix two models"})
    EXPECT_NE(done.find(what), std::string::npos) << what << "\n" << done;
}

}  // namespace
}  // namespace vec2vec::postgres
