// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "on_server.h"

namespace vec2vec::postgres {
namespace {

using PostgresDependants = OnServer<8>;

bool has_note(const nlohmann::json& report, const std::string& text) {
  return std::any_of(report["notes"].begin(), report["notes"].end(),
                     [&](const nlohmann::json& note) { return note.get<std::string>().find(text) != std::string::npos; });
}

TEST_F(PostgresDependants, AreNamedBeforeAndAfterTheSwitch) {
  fill(200, "vector(384)",
       " DEFAULT array_fill(0.5::real, '{384}')::vector, bits bit(384) GENERATED ALWAYS AS "
       "(binary_quantize(\"the v\")::bit(384)) STORED, CONSTRAINT \"Dims\" CHECK (vector_dims(\"the v\") = 384)");
  db().run(
      "CREATE VIEW \"Some View\" AS SELECT id, \"the v\" FROM \"Docs\"; CREATE MATERIALIZED VIEW kept AS SELECT \"the v\" FROM "
      "\"Docs\";"
      "CREATE FUNCTION nearest(q vector) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT id FROM \"Docs\" ORDER BY \"the v\" "
      "<-> q "
      "LIMIT 1; END;"
      "CREATE POLICY present ON \"Docs\" USING (\"the v\" IS NOT NULL);"
      "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;"
      "CREATE TRIGGER \"Watch\" AFTER UPDATE OF \"the v\" ON \"Docs\" FOR EACH ROW EXECUTE FUNCTION nothing();"
      "CREATE TRIGGER each_row AFTER UPDATE ON \"Docs\" FOR EACH ROW EXECUTE FUNCTION nothing();"
      "CREATE STATISTICS both_columns ON id, \"the v\" FROM \"Docs\"; CREATE PUBLICATION some_columns FOR TABLE \"Docs\" (id, "
      "\"the v\")");
  const char* names[] = {"the default of column \"the v\" stays with the old vectors",
                         "generated column bits goes on being computed from the old vectors",
                         "constraint \"Dims\" goes on checking the old vectors",
                         "view \"Some View\" goes on reading the old vectors",
                         "materialized view kept goes on reading the old vectors",
                         "function nearest(vector) (BEGIN ATOMIC) goes on reading the old vectors",
                         "policy present goes on looking at the old vectors",
                         "trigger \"Watch\" goes on watching the old vectors",
                         "statistics object both_columns stays with the old vectors",
                         "in publication some_columns stays with the old vectors"};
  db().run("ALTER TABLE \"Docs\" ALTER \"the v\" SET STORAGE PLAIN");
  const nlohmann::json plan = migrate({"--dry-run"});
  EXPECT_TRUE(has_note(plan, "ALTER TABLE public.\"Docs\" ALTER COLUMN \"the v\" SET STORAGE PLAIN")) << plan;
  for (const char* name : names) EXPECT_TRUE(has_note(plan, std::string(name) + " after --switch")) << name << "\n" << plan;
  EXPECT_TRUE(has_note(plan, "bit(384)")) << plan;
  EXPECT_TRUE(has_note(plan, "trigger each_row fires for each updated row")) << plan;
  const nlohmann::json done = migrate();
  for (const char* name : names) EXPECT_TRUE(has_note(done, name)) << name << "\n" << done;
  EXPECT_FALSE(has_note(done, "vec2vec")) << done;  // our own trigger
  const nlohmann::json switched = migrate({"--switch"});
  for (const char* name : names) EXPECT_TRUE(has_note(switched, name)) << name << "\n" << switched;

  // Later, only what still reads the old column.
  db().run("DROP VIEW \"Some View\"; CREATE VIEW \"Some View\" AS SELECT id, \"the v\" FROM \"Docs\"");
  const nlohmann::json later = migrate({"--dry-run"});
  EXPECT_FALSE(has_note(later, "Some View")) << later;
  EXPECT_TRUE(has_note(later, "function nearest(vector) (BEGIN ATOMIC) goes on reading the old vectors (column \"the v_old\")"))
      << later;
  db().run("DROP TABLE \"Docs\" CASCADE; DROP FUNCTION nothing; DROP PUBLICATION some_columns");
}

TEST_F(PostgresDependants, ArePrintedBeforeAnythingIsWritten) {
  fill(100, "vector(384)");
  db().run("CREATE VIEW reading AS SELECT \"the v\" FROM \"Docs\"");
  std::vector<std::string> text = arguments({"--switch"});
  text.erase(std::remove_if(text.begin(), text.end(), [](const std::string& a) { return a == "--json" || a == "--quiet"; }),
             text.end());
  const CliResult result = run_cli(text);
  ASSERT_EQ(result.code, 0) << result.err;
  const std::size_t note = result.out.find("view reading goes on"), done = result.out.find("switched");
  ASSERT_NE(note, std::string::npos) << result.out;
  EXPECT_LT(note, done);
  EXPECT_EQ(result.out.find("view reading goes on", note + 1), std::string::npos) << result.out;  // once
  db().run("DROP VIEW reading");
}

TEST_F(PostgresDependants, ColumnPrivilegesGoAlong) {
  fill(100, "vector(384)");
  db().run(
      "DROP ROLE IF EXISTS reader; DROP ROLE IF EXISTS \"The Writer\"; CREATE ROLE reader; CREATE ROLE \"The Writer\";"
      "GRANT SELECT (id, \"the v\") ON \"Docs\" TO reader WITH GRANT OPTION;"
      "GRANT INSERT (id, \"the v\"), UPDATE (\"the v\"), SELECT (id) ON \"Docs\" TO \"The Writer\"; GRANT REFERENCES (\"the "
      "v\") ON "
      "\"Docs\" TO PUBLIC");
  migrate({"--switch"});
  const auto may = [&](const std::string& role, const std::string& right) {
    return db().run("SELECT has_column_privilege($1, '\"Docs\"', 'the v', $2)", {role, right}).flag(0, 0);
  };
  EXPECT_TRUE(may("reader", "SELECT WITH GRANT OPTION"));
  EXPECT_FALSE(may("reader", "UPDATE"));
  EXPECT_TRUE(may("The Writer", "INSERT"));
  EXPECT_TRUE(may("The Writer", "UPDATE"));
  EXPECT_FALSE(may("The Writer", "UPDATE WITH GRANT OPTION"));
  EXPECT_FALSE(may("The Writer", "SELECT"));
  EXPECT_TRUE(may("The Writer", "REFERENCES"));
  // They can be used, too: while the migration's trigger watches, and after the switch.
  db().run("SET ROLE \"The Writer\"");
  db().run("UPDATE \"Docs\" SET \"the v\" = NULL WHERE id = 10");
  db().run("RESET ROLE; SET ROLE reader");
  EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\""), 99);
  db().run("RESET ROLE; DROP TABLE \"Docs\"; DROP ROLE reader; DROP ROLE \"The Writer\"");
}

}  // namespace
}  // namespace vec2vec::postgres
