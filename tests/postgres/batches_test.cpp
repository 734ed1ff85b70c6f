// SPDX-License-Identifier: Apache-2.0
// Batches: how long they hold locks, and what happens when the table does not take them.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "on_server.h"

namespace vec2vec::postgres {
namespace {

class PostgresBatchesServer : public OnServer<6> {
 protected:
  /// Rows that have their new vector.
  Index filled() const {
    const bool begun =
        number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'v new'") > 0;
    return begun ? number("SELECT count(\"v new\") FROM \"Docs\"") : 0;
  }
};
using PostgresBatches = PostgresBatchesServer;

TEST_F(PostgresBatches, ATriggerThatUndoesThemIsNamedAndNothingIsRenamed) {
  fill(300);
  db().run("CREATE OR REPLACE FUNCTION nope() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
  db().run(
      "CREATE OR REPLACE FUNCTION as_it_was() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN IF TG_ARGV[0]::int = OLD.id THEN RETURN OLD; END IF; RETURN NEW; END'");
  for (const std::string trigger : {"nope()", "as_it_was(1230)"}) {
    db().run("CREATE TRIGGER \"Zz\" BEFORE UPDATE ON \"Docs\" FOR EACH ROW EXECUTE FUNCTION " + trigger);
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--switch"}}) {
      const CliResult result = run_cli(arguments(more));
      EXPECT_EQ(result.code, 2) << result.err;
      EXPECT_NE(result.err.find("BEFORE UPDATE trigger undoes it: \"Zz\" (function "), std::string::npos) << result.err;
      EXPECT_NE(result.err.find("DISABLE TRIGGER \"Zz\""), std::string::npos) << result.err;
    }
    EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\""), 300);
    EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE vector_dims(\"the v\") = 384"), 300);
    EXPECT_EQ(number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'the v_old'"), 0);
    db().run("DROP TRIGGER \"Zz\" ON \"Docs\"");
  }
  EXPECT_EQ(migrate({"--switch"})["state"], "switched");
  EXPECT_EQ(right_rows("the v"), 300);
}

/// A row takes 5 ms, as with a large HNSW index: 2,000 rows in one transaction would hold up a writer for ten seconds.
constexpr const char* kSlow =
    "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END';"
    "CREATE TRIGGER slow BEFORE UPDATE ON \"Docs\" FOR EACH ROW WHEN (OLD.\"my text\" = NEW.\"my text\") EXECUTE FUNCTION "
    "slow()";

TEST_F(PostgresBatches, OfSlowRowsHoldUpNoWriterForLong) {
  fill(2000);
  db().run(kSlow);
  const CliProcess process(arguments({"--connections", "2"}));
  double longest = 0;
  for (int row = 0; filled() < 1500; row = (row + 7) % 2000) {
    const auto start = std::chrono::steady_clock::now();
    db().run("UPDATE \"Docs\" SET \"my text\" = 'written ' || \"my text\" WHERE id = " + std::to_string(10 * row));
    longest = std::max(longest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const CliResult result = process.wait();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_LT(longest, 2.0);  // 0.35 s and what a busy machine adds
  EXPECT_GT(longest, 0);
  EXPECT_EQ(right_rows("v new"), 2000);
}

TEST_F(PostgresBatches, AnInterruptKeepsWhatWasDone) {
  fill(2000);
  db().run(kSlow);
  const CliProcess process(arguments({"--connections", "1"}));
  while (filled() < 100) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const Index before = filled();
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().code, 130);
  EXPECT_GE(filled(), before);
  EXPECT_LT(filled(), 2000);
}

TEST_F(PostgresBatches, AProgressFunctionThatThrowsEndsThemInOrder) {
  fill(2000);
  db().run(kSlow);
  const PostgresColumn column{world().server.url(), "Docs", "the v", {}};
  MigrateOptions options;
  options.into = "v new";
  options.connections = 2;
  options.progress = [](std::string_view stage, double done) -> bool {
    if (stage == "translate" && done > 0.05) throw std::runtime_error("the window was closed");
    return true;
  };
  const std::string sha256 = file_sha256(world().map_path());
  try {
    translate_postgres(world().map, sha256, column, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
    EXPECT_NE(error.message().find("the window was closed"), std::string::npos) << error.what();
    EXPECT_THROW(std::rethrow_if_nested(error), std::runtime_error);
  }
  EXPECT_GT(number("SELECT count(\"v new\") FROM \"Docs\""), 0);
  db().run("DROP TRIGGER slow ON \"Docs\"");
  options.progress = {};
  EXPECT_EQ(translate_postgres(world().map, sha256, column, options).translated, 2000);
}

TEST_F(PostgresBatches, TheSwitchTranslatesWhatIsWrittenWhileItBuildsIndexes) {
  fill(1000, "vector(384)");
  db().run("CREATE INDEX ON \"Docs\" USING hnsw (\"the v\" vector_cosine_ops)");
  std::atomic<bool> stop{false};
  std::jthread writer([&] {
    Connection c(world().server.url(), {});
    for (int i = 0; !stop; i = (i + 1) % 1000) {  // deleted and inserted anew: without a translation before the switch
      const std::string id = std::to_string(10 * i);
      c.run("WITH gone AS (DELETE FROM \"Docs\" WHERE id = " + id +
            " RETURNING *) INSERT INTO \"Docs\" (id, \"the v\") SELECT id, \"the v\" FROM gone");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  const nlohmann::json report = migrate({"--switch"});
  stop = true;
  writer.join();
  EXPECT_EQ(report["pending"], 0);
  EXPECT_GT(report["translated_now"], 1000);
  EXPECT_EQ(right_rows("the v"), 1000);
}

}  // namespace
}  // namespace vec2vec::postgres
