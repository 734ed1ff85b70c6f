// SPDX-License-Identifier: Apache-2.0
#include "core/text/json.h"
#include "on_server.h"

namespace vec2vec::postgres {
namespace {

/// Runs the statement that the program printed after a switch.
std::string printed_drop(const std::string& out) {
  const std::size_t begin = out.find("  ALTER TABLE ");
  return begin == std::string::npos ? "" : out.substr(begin, out.find('\n', begin) - begin);
}

class Names : public OnServer<6> {
 protected:
  void TearDown() override {
    if (world_) db().run("DROP TABLE IF EXISTS \"" + table_ + "\"");
  }
  /// A table with an index on its column of vectors, whose name Postgres finds.
  void make(const std::string& table, const std::string& column) {
    fill(60, "vector(384)");
    table_ = table;
    db().run("ALTER TABLE \"Docs\" RENAME COLUMN \"the v\" TO " + db().name(column) + "; DROP TABLE IF EXISTS " +
             db().name(table) + "; ALTER TABLE \"Docs\" RENAME TO " + db().name(table) + "; CREATE INDEX ON " +
             db().name(table) + " USING hnsw (" + db().name(column) + " vector_cosine_ops) WITH (m = 4, ef_construction = 20)");
  }
  CliResult migrate_text(const std::string& column, const std::string& into, std::vector<std::string> more) {
    std::vector<std::string> all = {
        "migrate", world().map_path(), world().server.url(), "--table", table_, "--column", column, "--into", into};
    all.insert(all.end(), more.begin(), more.end());
    return run_cli(all);
  }
};

using PostgresNames = Names;

TEST_F(PostgresNames, IndexesOf63Bytes) {
  make("knowledge_base_article_section_text_embeddings", "openai_text_embedding_3_small");
  const std::string index =
      db().run("SELECT indexname FROM pg_indexes WHERE tablename = $1 AND indexdef LIKE '%hnsw%'", {table_}).text(0, 0);
  ASSERT_EQ(index.size(), 63u);
  const std::string near = index.substr(0, 63 - 8) + "_vec2vec";  // the name that comes to mind is taken
  db().run("CREATE INDEX " + near + " ON " + table_ + " (\"my text\")");
  const CliResult result = migrate_text("openai_text_embedding_3_small", "v", {"--switch"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(number("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%' AND indexname LIKE '%\\_vec2vec2'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%'"), 2);
}

TEST_F(PostgresNames, ColumnsOf63BytesAndMixedCase) {
  const std::string umlauts = "Ümläute Und Großbuchstaben, So Lang Wie Ein Name Nur Sein Kann";
  const std::string column = umlauts.substr(0, 62) + (umlauts.size() > 62 ? "" : "x");
  for (const std::string& name : {std::string(63, 'E'), std::string(59, 'e') + "_old", column}) {
    make("My Docs", name);
    const CliResult plan = migrate_text(name, "New V", {"--dry-run", "--json"});
    ASSERT_EQ(plan.code, 0) << plan.err;
    const CliResult result = migrate_text(name, "New V", {"--switch"});
    ASSERT_EQ(result.code, 0) << result.err;
    const std::string old =
        db().run("SELECT attname FROM pg_attribute WHERE attrelid = '\"My Docs\"'::regclass AND attnum = 3").text(0, 0);
    EXPECT_NE(old, name);
    EXPECT_LE(old.size(), 63u);
    EXPECT_EQ(parse_json(plan.out)["old_column"], old);
    const std::string drop = printed_drop(result.out);
    ASSERT_NE(drop, "") << result.out;
    EXPECT_NE(result.out.find("The old vectors are in " + old), std::string::npos) << result.out;
    Connection(world().server.url(), {}).run(drop);
    EXPECT_EQ(
        number(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = '\"My Docs\"'::regclass AND attnum > 0 AND NOT attisdropped"),
        3);
    db().run("DROP TABLE \"My Docs\"; DELETE FROM vec2vec_migrations");
  }
}

TEST_F(PostgresNames, ThatDoNotFitOrAreTaken) {
  make("docs", "v");
  struct Case {
    std::string into;
    std::vector<std::string> more;
    std::string what;
  };
  db().run("ALTER TABLE docs ADD v_old int");
  const Case cases[] = {{std::string(64, 'n'), {}, "is 64 bytes long; a name in Postgres has at most 63"},
                        {"n", {"--old-name", std::string(64, 'o')}, "is 64 bytes long"},
                        {"n", {}, "there is such a column already"},
                        {"n", {"--old-name", "n"}, "there is such a column already"},
                        {"", {}, "is empty"}};
  for (const Case& c : cases) {
    for (const std::vector<std::string>& step : {std::vector<std::string>{"--dry-run"}, {}, {"--switch"}}) {
      std::vector<std::string> more = c.more;
      more.insert(more.end(), step.begin(), step.end());
      const CliResult result = migrate_text("v", c.into, more);
      EXPECT_EQ(result.code, 2) << c.what;
      EXPECT_NE(result.err.find(c.what), std::string::npos) << result.err;
      EXPECT_NE(result.err.find("try: "), std::string::npos) << result.err;
    }
  }
  EXPECT_EQ(number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'"), 0);
  EXPECT_EQ(migrate_text("v", "n", {"--switch", "--old-name", "V 1"}).code, 0);
  EXPECT_EQ(number("SELECT count(\"V 1\") FROM docs"), 60);
}

TEST_F(PostgresNames, OfTablesAndColumnsThatAreAlmostRight) {
  make("DocumentChunk", "embeddingVec");
  db().run("CREATE SCHEMA IF NOT EXISTS kb; CREATE TABLE IF NOT EXISTS kb.elsewhere (v vector(384))");
  const auto hint = [&](const std::string& table, const std::string& column) {
    const CliResult result = run_cli({"sample", world().server.url(), "--table", table, "--column", column, "-o",
                                      world().folder.path("almost.npy"), "--force"});
    return result.code == 0 ? "found" : std::to_string(result.code) + result.err;
  };
  for (const char* table : {"DocumentChunk", "\"DocumentChunk\"", "public.DocumentChunk", "public.\"DocumentChunk\""})
    EXPECT_EQ(hint(table, "embeddingVec"), "found") << table;
  for (const char* table : {"documentchunk", "public.documentchunk", "kb.DocumentChunk", "no.such.database.DocumentChunk"}) {
    EXPECT_EQ(hint(table, "embeddingVec")[0], '2');
    EXPECT_NE(hint(table, "embeddingVec").find("try: --table 'public.\"DocumentChunk\"'; "), std::string::npos)
        << hint(table, "embeddingVec");
  }
  EXPECT_NE(hint("elsewhere", "v").find("try: --table 'kb.elsewhere'; "), std::string::npos) << hint("elsewhere", "v");
  EXPECT_NE(hint("\"unpaired", "v").find("no such table"), std::string::npos) << hint("\"unpaired", "v");
  EXPECT_NE(hint("DocumentChunk", "embeddingvec")
                .find("try: --column 'embeddingVec'; psql's \\d public.\"DocumentChunk\" lists them"),
            std::string::npos)
      << hint("DocumentChunk", "embeddingvec");
}

}  // namespace
}  // namespace vec2vec::postgres
