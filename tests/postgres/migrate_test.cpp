// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "core/random.h"
#include "core/text/json.h"
#include "on_server.h"

namespace vec2vec::postgres {
namespace {

constexpr const char* kOthers =
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

using PostgresServer = OnServer<6>;
using PostgresHalfvec = OnServer<8>;

TEST_F(PostgresServer, TranslatesAllRowsWhileAReaderQueries) {
  fill();
  db().run(
      "UPDATE \"Docs\" SET \"the v\" = NULL WHERE id IN (50, 100); UPDATE \"Docs\" SET \"the v\" = '[1,2,3]' WHERE id = 770");
  std::atomic<bool> stop{false};
  std::atomic<int> queries{0};
  std::jthread reader([&] {
    Connection c(world().server.url(), {});
    for (; !stop; ++queries) {
      EXPECT_EQ(c.run("SELECT count(*) FROM \"Docs\" WHERE id < 1000 AND \"the v\" IS NOT NULL").number(0, 0), 98);
      EXPECT_EQ(c.run("SELECT id FROM \"Docs\" WHERE vector_dims(\"the v\") = 384 ORDER BY \"the v\" <-> "
                      "(SELECT \"the v\" FROM \"Docs\" WHERE id = 20) LIMIT 1")
                    .number(0, 0),
                20);
    }
  });
  const nlohmann::json report = migrate();
  stop = true;
  reader.join();
  EXPECT_GT(queries, 0);
  EXPECT_EQ(report["state"], "translated");
  EXPECT_EQ(report["rows"], kRows);
  EXPECT_EQ(report["translated"], kRows - 3);
  EXPECT_EQ(report["null_rows"], 2);
  EXPECT_EQ(report["wrong_dim"], 1);
  EXPECT_EQ(report["wrong_keys"], nlohmann::json({"770"}));
  EXPECT_EQ(report["pending"], 0);
  EXPECT_EQ(report["largest_difference"], 0);
  EXPECT_EQ(right_rows("v new"), kRows - 3);
  const std::string comment = db().run(
                                      "SELECT col_description('\"Docs\"'::regclass, attnum) FROM pg_attribute WHERE attrelid = "
                                      "'\"Docs\"'::regclass AND "
                                      "attname = 'v new'")
                                  .text(0, 0);
  EXPECT_NE(comment.find(file_sha256(world().map_path())), std::string::npos);

  const CliResult refused = run_cli(arguments({"--switch"}));
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("key 770"), std::string::npos) << refused.err;
  EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\""), kRows - 2);
  EXPECT_EQ(migrate({"--switch", "--allow-untranslated"})["state"], "switched");
  EXPECT_EQ(number("SELECT vector_dims(\"the v_old\") FROM \"Docs\" WHERE id = 770"), 3);
}

TEST_F(PostgresServer, NothingIsLostWhenTheToolIsKilled) {
  fill();
  Random random(1);
  Index before = 0;
  int in_the_middle = 0;
  for (int kills = 0; kills < 4; ++kills) {
    const CliProcess process(arguments({"--block-rows", "50", "--connections", "2"}));
    const Index enough = before + 100 + random.below(800);
    for (int tries = 0; tries < 3000; ++tries) {
      if (before > 0 ||
          number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'v new'") > 0)
        if ((before = number("SELECT count(\"v new\") FROM \"Docs\"")) >= enough) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait().code, 128 + SIGKILL);
    in_the_middle += before < kRows;
    // The server may still commit what it had got.
    for (int tries = 0; tries < 3000 && number(kOthers) > 0; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(right_rows("v new"), number("SELECT count(\"v new\") FROM \"Docs\""));
  }
  EXPECT_GE(in_the_middle, 3);
  const nlohmann::json report = migrate();
  EXPECT_EQ(report["resumed"], true);
  EXPECT_LT(report["translated_now"], kRows);
  EXPECT_EQ(report["translated"], kRows);
  EXPECT_EQ(right_rows("v new"), kRows);
  EXPECT_EQ(migrate()["translated_now"], 0);
}

TEST_F(PostgresServer, GoesOnWhenTheServerIsKilled) {
  fill();
  const CliProcess process(arguments({"--block-rows", "50", "--connections", "2"}));
  Index before = 0;
  for (int tries = 0; tries < 3000 && before < 500; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'v new'") > 0)
      before = number("SELECT count(\"v new\") FROM \"Docs\"");
  }
  EXPECT_LT(before, kRows);
  world().server.kill();
  world().server.start();
  const CliResult result = process.wait();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(parse_json(result.out)["translated"], kRows);
  db_ = std::make_unique<Connection>(world().server.url(), KeepGoing{});
  EXPECT_EQ(right_rows("v new"), kRows);
}

TEST_F(PostgresServer, AnInterruptEndsItAndItGoesOn) {
  fill();
  const CliProcess process(arguments({"--block-rows", "20", "--connections", "1"}));
  for (int tries = 0; tries < 3000; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'v new'") > 0 &&
        number("SELECT count(\"v new\") FROM \"Docs\"") > 0)
      break;
  }
  process.signal(SIGINT);
  const CliResult result = process.wait();
  EXPECT_EQ(result.code, 130) << result.err;
  EXPECT_NE(result.err.find("goes on where it stopped"), std::string::npos);
  EXPECT_EQ(migrate()["translated"], kRows);
}

TEST_F(PostgresServer, SwitchesWithIndexesAndRollsBack) {
  fill(600, "vector(384)", " NOT NULL");
  db().run("CREATE INDEX near ON \"Docs\" USING hnsw (\"the v\" vector_cosine_ops) WITH (m = 4, ef_construction = 20)");
  EXPECT_EQ(migrate()["translated"], 600);
  // What others do meanwhile: a new row, a changed vector, a changed text.
  insert(600, 1);
  db().run("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 10) WHERE id = 20");
  db().run("UPDATE \"Docs\" SET \"my text\" = 'y' WHERE id = 30");
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE \"v new\" IS NULL"), 2);

  const nlohmann::json report = migrate({"--switch"});
  EXPECT_EQ(report["state"], "switched");
  EXPECT_EQ(report["translated"], 601);
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" a, \"Docs\" b WHERE a.id = 10 AND b.id = 20 AND a.\"the v\" = b.\"the v\""),
            1);
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE \"my text\" = 'y'"), 1);
  db().run("DELETE FROM \"Docs\" WHERE id = 20");
  EXPECT_EQ(right_rows("the v"), 600);
  const Result index = db().run("SELECT indexdef FROM pg_indexes WHERE indexname = 'near_vec2vec'");
  ASSERT_EQ(index.rows(), 1);
  EXPECT_NE(index.text(0, 0).find("USING hnsw (\"the v\" vector_cosine_ops) WITH (m='4', ef_construction='20')"),
            std::string::npos)
      << index.text(0, 0);
  EXPECT_EQ(
      number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'the v' AND attnotnull"),
      1);
  EXPECT_EQ(number("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'vec2vec_pending%'"), 0);
  db().run("INSERT INTO \"Docs\" (id, \"the v\") SELECT 7, \"the v\" FROM \"Docs\" WHERE id = 10");  // without an old vector
  EXPECT_EQ(migrate()["state"], "switched");
  EXPECT_EQ(migrate()["translated_now"], 0);

  const nlohmann::json back = migrate({"--roll-back"});
  EXPECT_EQ(back["state"], "translated");
  EXPECT_EQ(back["notes"].size(), 1u) << back;  // NOT NULL cannot come back: the row with id 7
  EXPECT_EQ(number("DELETE FROM \"Docs\" WHERE id = 7 RETURNING 1"), 1);
  EXPECT_EQ(right_rows("v new"), 600);
  EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\""), 600);
  db().run("UPDATE \"Docs\" SET \"the v\" = NULL WHERE id = 30");  // the trigger watches again
  EXPECT_EQ(number("SELECT count(\"v new\") FROM \"Docs\" WHERE id = 30"), 0);
  EXPECT_EQ(migrate({"--drop-new"})["state"], "dropped");
  EXPECT_EQ(
      number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attnum > 0 AND NOT attisdropped"), 3);
  EXPECT_EQ(number("SELECT count(*) FROM pg_proc WHERE proname LIKE 'vec2vec%'"), 0);
  EXPECT_EQ(run_cli(arguments({"--roll-back"})).code, 2);
}

TEST_F(PostgresServer, WaitsForLockedRowsAndNeverWritesStaleTranslations) {
  fill(300);
  Connection other(world().server.url(), {});
  migrate({"--block-rows", "100"});
  migrate({"--drop-new"});
  other.run("BEGIN");
  other.run("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 10) WHERE id = 1500");
  std::jthread committer([&] {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    other.run("COMMIT");
  });
  EXPECT_EQ(migrate({"--block-rows", "100"})["translated"], 300);
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" a, \"Docs\" b WHERE a.id = 10 AND b.id = 1500 AND a.\"v new\" = b.\"v new\""),
            1);
}

TEST_F(PostgresServer, RefusesWithAWayOut) {
  fill(200, "vector(384)");
  struct Case {
    std::vector<std::string> arguments;
    std::string what;
  };
  const std::string map = world().map_path(), url = world().server.url();
  const auto with = [&](const std::string& m, const std::string& table, const std::string& column, const std::string& into) {
    return std::vector<std::string>{"migrate", m, url, "--table", table, "--column", column, "--into", into};
  };
  db().run(
      "CREATE TABLE IF NOT EXISTS keyless (v vector(384)); CREATE TABLE IF NOT EXISTS small (id int PRIMARY KEY, v vector(3))");
  const Case cases[] = {
      {with(map, "nowhere", "v", "n"), "no such table"},
      {with(map, "Docs", "nothing", "n"), "no such column"},
      {with(map, "Docs", "my text", "n"), "has the type text"},
      {with(map, "Docs", "the v", "my text"), "exists already"},
      {with(map, "keyless", "v", "n"), "no primary key"},
      {with(map, "small", "v", "n"), "dimension 3, but the map translates from 384"},
      {with(world().folder.path("other.safetensors"), "Docs", "the v", "n"), "do not look like the model"},
      {arguments({"--type", "halfvec"}), "pgvector 0.6.2; the type halfvec came with 0.7.0"},
      {arguments({"--roll-back"}), "There is no migration into this column"},
      {{"migrate", map, "postgres://me:s3cret@localhost:1/x", "--table", "t", "--column", "v", "--into", "n"}, "refused"},
      {{"migrate", map, "postgres://me:s3cret@localhost:port/x", "--table", "t", "--column", "v", "--into", "n"}, "malformed"},
      {{"migrate", map, "postgres://me:s3cret/9@localhost/x", "--table", "t", "--column", "v", "--into", "n"}, "malformed"},
      {{"migrate", map, "postgres://me:x@s3cret@localhost/x", "--table", "t", "--column", "v", "--into", "n"}, "malformed"},
      {{"migrate", map, "postgre://me:s3cret@localhost/x", "--table", "t", "--column", "v", "--into", "n"}, "no URL"},
      {{"migrate", map, url, "postgres://me:s3cret@localhost/x", "--table", "t", "--column", "v", "--into", "n"},
       "takes no further argument"},
  };
  for (const Case& c : cases) {
    const CliResult result = run_cli(c.arguments);
    EXPECT_TRUE(result.code == 1 || result.code == 2) << c.what;
    EXPECT_NE(result.err.find(c.what), std::string::npos) << c.what << " is not in: " << result.err;
    EXPECT_NE(result.err.find("try: "), std::string::npos) << result.err;
    EXPECT_EQ((result.err + result.out).find("s3cret"), std::string::npos) << result.err;
  }
  EXPECT_EQ(number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attnum > 0"), 3);

  const CliResult plan = run_cli(arguments({"--dry-run"}));
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_EQ(parse_json(plan.out)["sampled"], 200);
  EXPECT_EQ(number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'"), 0);
  migrate();
  const CliResult other = run_cli(
      {"migrate", world().folder.path("other.safetensors"), url, "--table", "Docs", "--column", "the v", "--into", "v new"});
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("by another map"), std::string::npos) << other.err;

  db().run("ALTER TABLE \"Docs\" DROP COLUMN \"v new\" CASCADE");  // and its triggers
  const CliResult gone = run_cli(arguments());
  EXPECT_EQ(gone.code, 2);
  EXPECT_NE(gone.err.find("is gone"), std::string::npos) << gone.err;
  EXPECT_EQ(migrate({"--drop-new"})["state"], "dropped");
  EXPECT_EQ(migrate()["translated"], 200);
}

TEST_F(PostgresServer, IsHeldAgainstTheVerdictAndTheQueries) {
  fill();
  db().run("UPDATE \"Docs\" SET \"the v\" = '[1,2,3]' WHERE id = 770");  // no document to be found
  const TempDir dir;
  const auto save = [&](const Matrix& rows, const std::string& name) {
    const auto sink = create_rows(dir.path(name), rows.rows(), rows.cols());
    sink->write(rows);
    sink->commit();
    return dir.path(name);
  };
  const std::string queries = VEC2VEC_DEMO_DATA "/minilm.eval.npy", native = VEC2VEC_DEMO_DATA "/e5.eval.npy";
  Matrix backwards = read_all(*open_rows(native));
  for (Index i = 0; i < backwards.rows() / 2; ++i)
    std::swap_ranges(backwards.row(i), backwards.row(i) + backwards.cols(), backwards.row(backwards.rows() - 1 - i));
  const std::string foreign = save(backwards, "foreign.npy");
  Map doubtful = Map::load(world().map_path());
  doubtful.card = R"({"verdict": "UNCERTAIN"})";
  doubtful.save(dir.path("doubtful.safetensors"));
  const auto with_doubtful = [&](std::vector<std::string> more) {
    std::vector<std::string> all = arguments(std::move(more));
    all[1] = dir.path("doubtful.safetensors");
    return run_cli(all);
  };
  const auto untouched = [&] {
    return number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attnum > 0") == 3 &&
           number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'") == 0;
  };

  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--switch"}, {"--dry-run"}}) {
    const CliResult refused = with_doubtful(more);
    EXPECT_EQ(refused.code, 6) << refused.err;
    const nlohmann::json json = parse_json(refused.out);
    EXPECT_FALSE(json["gate"]["passed"]);
    EXPECT_NE(json["advice"].get<std::string>().find("embed the texts anew"), std::string::npos);
    EXPECT_TRUE(untouched());
  }
  const std::string report = dir.path("report.html"), figures = dir.path("report.json");
  const CliResult wrong = run_cli(arguments({"--queries", queries, "--new-queries", foreign, "--report", report}));
  EXPECT_EQ(wrong.code, 6) << wrong.err;
  EXPECT_LT(parse_json(wrong.out)["retention"]["recall"]["value"], 0.02);
  EXPECT_TRUE(untouched());
  EXPECT_EQ(nlohmann::json::parse(std::ifstream(figures)), parse_json(wrong.out));
  for (const std::string& file : {report, figures})
    EXPECT_EQ(file_bytes(file).find(world().server.url()), std::string::npos) << "a URL may have a password";
  EXPECT_EQ(run_cli(arguments({"--report", report})).code, 2);  // is not overwritten, and said before the work
  EXPECT_TRUE(untouched());

  const std::vector<std::string> right = {"--queries", queries, "--new-queries", native, "--threshold", "0.6"};
  const auto also = [&](std::vector<std::string> more) {
    more.insert(more.end(), right.begin(), right.end());
    return more;
  };
  EXPECT_EQ(run_cli(arguments(also({"--min-recall", "0.9"}))).code, 6);
  const nlohmann::json plan = migrate(also({"--dry-run"}));
  EXPECT_TRUE(untouched());
  EXPECT_EQ(plan["state"], "new");
  EXPECT_NEAR(plan["rows"].get<double>(), kRows, 60);
  EXPECT_TRUE(plan["gate"]["passed"]);
  EXPECT_EQ(plan["retention"]["documents"], kRows - 1);
  EXPECT_EQ(plan["retention"]["queries"], 1000);
  EXPECT_GT(plan["retention"]["recall"]["low"], 0.25);
  ASSERT_EQ(plan["retention"]["thresholds"].size(), 1u);
  EXPECT_GT(plan["retention"]["thresholds"][0]["after"], 0.8);  // cosines of e5 are all large
  EXPECT_EQ(migrate(also({"--report", report, "--force"}))["translated"], kRows - 1);
  EXPECT_EQ(nlohmann::json::parse(std::ifstream(figures))["state"], "translated");
  EXPECT_EQ(migrate(also({"--switch", "--allow-untranslated"}))["state"], "switched");
  EXPECT_EQ(migrate(also({"--switch"}))["state"], "switched");  // the column holds the new model's vectors now
  EXPECT_EQ(migrate({"--roll-back"})["state"], "translated");
  EXPECT_EQ(migrate({"--drop-new"})["state"], "dropped");
  EXPECT_EQ(with_doubtful({"--ignore-verdict"}).code, 0);
}

TEST_F(PostgresServer, SampleIsRandomRowsOfTheTable) {
  fill();
  const TempDir dir;
  const std::string out = dir.path("sample.npy");
  const CliResult result = run_cli(
      {"sample", world().server.url(), "--table", "Docs", "--column", "the v", "-o", out, "--max-rows", "1000", "--seed", "3"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Matrix sample = read_all(*open_rows(out));
  ASSERT_EQ(sample.rows(), 1000);
  Index row = 0, gaps = 0;  // in the table's order
  for (Index i = 0; i < sample.rows(); ++i) {
    while (row < kRows && !std::equal(sample.row(i), sample.row(i) + sample.cols(), world().rows.row(row))) ++row, ++gaps;
    ASSERT_LT(row++, kRows);
  }
  EXPECT_GT(gaps, 4000);
  EXPECT_EQ(run_cli({"sample", world().server.url(), "--table", "Docs", "--column", "the v", "-o", out}).code, 2);
}

TEST_F(PostgresHalfvec, ToHalfvecAndFromIt) {
  fill(1000);
  db().run("CREATE INDEX near8 ON \"Docs\" USING hnsw ((\"the v\"::vector(384)) vector_cosine_ops)");
  EXPECT_EQ(migrate({"--type", "halfvec"})["translated"], 1000);
  EXPECT_EQ(right_rows("v new", ValueType::kFloat16), 1000);
  EXPECT_NE(run_cli(arguments({"--switch"})).err.find("cannot be built"), std::string::npos);  // an index on an expression
  EXPECT_EQ(migrate({"--switch", "--no-indexes"})["state"], "switched");

  db().run("DROP TABLE \"Docs\"; DELETE FROM vec2vec_migrations");
  fill(300, "halfvec", "(384)");
  const nlohmann::json report = migrate();
  EXPECT_EQ(report["translated"], 300);
  EXPECT_LT(report["largest_difference"], 1e-3);
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE vector_dims(\"v new\") = 384"), 300);
}

TEST_F(PostgresHalfvec, PartitionedTablesAndTextKeys) {
  db().run(
      "CREATE TABLE \"Docs\" (id text PRIMARY KEY, \"the v\" vector) PARTITION BY HASH (id);"
      "CREATE TABLE p0 PARTITION OF \"Docs\" FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
      "CREATE TABLE p1 PARTITION OF \"Docs\" FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
  CopyWriter writer;
  for (Index i = 0; i < 500; ++i) {
    writer.begin_row(2);
    writer.field("it's \"" + std::to_string(i) + "\" \\");
    writer.vector_field(world().rows.row(i), world().rows.cols(), ValueType::kFloat32);
  }
  db().copy_in("COPY \"Docs\" FROM STDIN (FORMAT binary)", writer.finish());
  EXPECT_EQ(migrate({"--block-rows", "64"})["translated"], 500);
  EXPECT_EQ(migrate({"--switch"})["translated"], 500);
}

}  // namespace
}  // namespace vec2vec::postgres
