// SPDX-License-Identifier: Apache-2.0
#include "on_server.h"

namespace vec2vec::postgres {
namespace {

using PostgresKeys = OnServer<6>;

/// Gives "Docs" another primary key: columns that are added, and what they hold.
std::string rekey(const std::string& columns, const std::string& values, const std::string& key) {
  return "ALTER TABLE \"Docs\" DROP CONSTRAINT \"Docs_pkey\"; ALTER TABLE \"Docs\" " + columns + "; UPDATE \"Docs\" SET " +
         values + "; ALTER TABLE \"Docs\" ADD " + key;
}

TEST_F(PostgresKeys, OfTwoColumns) {
  fill(900);
  // Few tenants of many rows, names that need every kind of quoting, and an order that is not that of the rows.
  db().run(rekey("ADD COLUMN \"the tenant\" text, ADD COLUMN n int",
                 "\"the tenant\" = (ARRAY['it''s', '{\"a\",b}', E'back\\\\slash', 'NULL', ''])[1 + id / 10 % 5], n = -id",
                 "PRIMARY KEY (\"the tenant\", n)"));
  db().run("UPDATE \"Docs\" SET \"the v\" = '[1,2,3]' WHERE id = 20");
  const nlohmann::json report = migrate({"--block-rows", "64"});
  EXPECT_EQ(report["translated"], 899);
  EXPECT_EQ(report["wrong_keys"], nlohmann::json({"(back\\slash, -20)"}));
  EXPECT_EQ(right_rows("v new"), 899);
  EXPECT_EQ(number("SELECT count(*) FROM vec2vec_ranges WHERE done"), (900 + 63) / 64);
  insert(900, 0);
  db().run("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 0) WHERE id IN (10, 30, 8000)");
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE \"v new\" IS NULL"), 4);
  EXPECT_EQ(migrate({"--switch", "--allow-untranslated"})["translated"], 899);
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" a, \"Docs\" b WHERE a.\"the v\" = b.\"the v\" AND a.id = 0 AND b.id <> 0"),
            3);
}

TEST_F(PostgresKeys, OfThreeColumnsOfMixedTypes) {
  fill(700);
  db().run(
      rekey("ADD COLUMN u uuid, ADD COLUMN at timestamptz, ADD COLUMN cost numeric(20, 6)",
            "u = md5((id / 100)::text)::uuid, at = timestamptz '2024-02-29 12:00:00.123456+05:30' + id % 70 * interval '1 ms', "
            "cost = id / 7.0",
            "CONSTRAINT three UNIQUE (at, u, cost)"));
  for (const char* column : {"at", "u", "cost"})
    db().run("ALTER TABLE \"Docs\" ALTER " + std::string(column) + " SET NOT NULL");
  const CliResult none = run_cli(arguments());
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("try: --key-column 'at' --key-column 'u' --key-column 'cost'"), std::string::npos) << none.err;
  const CliResult two = run_cli(arguments({"--key-column", "at", "--key-column", "u"}));
  EXPECT_EQ(two.code, 2);
  EXPECT_NE(two.err.find("no unique index on just at, u"), std::string::npos) << two.err;
  const std::vector<std::string> key = {"--key-column", "cost", "--key-column", "at", "--key-column", "u"};
  const auto with_key = [&](std::vector<std::string> more) {
    more.insert(more.end(), key.begin(), key.end());
    return more;
  };
  EXPECT_EQ(migrate(with_key({"--block-rows", "30", "--connections", "3"}))["translated"], 700);
  EXPECT_EQ(right_rows("v new"), 700);
  EXPECT_EQ(migrate(with_key({"--switch"}))["state"], "switched");
  EXPECT_EQ(right_rows("the v"), 700);
}

TEST_F(PostgresKeys, WhoseIndexOrdersInItsOwnWay) {
  fill(300);
  db().run(rekey("ADD COLUMN slug varchar(20), ADD COLUMN kind char(3)", "slug = 'Doc-' || id, kind = 'a'", "COLUMN more int"));
  db().run(
      "ALTER TABLE \"Docs\" ALTER slug SET NOT NULL, ALTER kind SET NOT NULL;"
      "CREATE UNIQUE INDEX ON \"Docs\" (kind DESC, slug text_pattern_ops) INCLUDE (more)");
  EXPECT_EQ(migrate({"--key-column", "slug", "--key-column", "kind", "--block-rows", "32"})["translated"], 300);
  EXPECT_EQ(right_rows("v new"), 300);
}

TEST_F(PostgresKeys, ThatAreNullOrPartial) {
  fill(100);
  db().run(rekey("ADD COLUMN slug text", "slug = id", "CONSTRAINT slugs UNIQUE (slug)"));
  db().run("CREATE UNIQUE INDEX ON \"Docs\" (id) WHERE id > 0");
  for (const char* key : {"slug", "id", "nowhere"}) {
    const CliResult result = run_cli(arguments({"--key-column", key}));
    EXPECT_EQ(result.code, 2);
    EXPECT_NE(result.err.find("no unique index on just " + std::string(key)), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("try: a primary key, or"), std::string::npos) << result.err;
  }
}

/// The types of an extension outside the search path: the vectors, and here the key too.
TEST_F(PostgresKeys, AndVectorsOfExtensionsOutsideTheSearchPath) {
  db().run("DROP EXTENSION vector CASCADE; CREATE SCHEMA IF NOT EXISTS extensions; CREATE EXTENSION vector SCHEMA extensions");
  db().run("SET search_path = public, extensions");
  fill(200, "vector(384)");
  db().run("CREATE INDEX near9 ON \"Docs\" USING hnsw (\"the v\" vector_cosine_ops) WITH (m = 4, ef_construction = 20)");
  EXPECT_EQ(migrate()["translated"], 200);
  db().run("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 0) WHERE id = 10");
  db().run("UPDATE \"Docs\" SET \"the v\" = \"the v\" WHERE id = 30");
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE \"v new\" IS NULL"), 1);
  EXPECT_EQ(migrate({"--switch"})["translated"], 200);
  EXPECT_EQ(number("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw (\"the v\" %vector_cosine_ops%'"), 1);
  EXPECT_EQ(run_cli({"sample", world().server.url(), "--table", "Docs", "--column", "the v", "-o",
                     world().folder.path("outside.npy")})
                .code,
            0);
  db().run("DROP EXTENSION vector CASCADE; CREATE EXTENSION vector SCHEMA public");
}

/// The trigger of a migration must not make an application fail.
TEST_F(PostgresKeys, AChangeOfDimensionPassesTheTrigger) {
  fill(50);
  migrate();
  db().run("UPDATE \"Docs\" SET \"the v\" = '[1,2,3]' WHERE id = 10");
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" WHERE \"v new\" IS NULL"), 1);
}

}  // namespace
}  // namespace vec2vec::postgres
