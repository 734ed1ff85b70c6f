// SPDX-License-Identifier: Apache-2.0
// What others write after a switch is never lost, and no row gets the vector of an older text without a word.
#include <gtest/gtest.h>

#include "on_server.h"

namespace vec2vec::postgres {
namespace {

/// SQL: a vector that no translation is.
std::string native(const std::string& value) {
  return "('[' || array_to_string(array_fill(" + value + "::float4, ARRAY[384]), ',') || ']')::vector";
}

class RollBackTests : public OnServer<6> {
 protected:
  void SetUp() override {
    OnServer<6>::SetUp();
    if (IsSkipped()) return;
    db().run(
        "DO $$BEGIN IF to_regrole('app') IS NULL THEN CREATE ROLE app; END IF; END$$;"
        "DROP TABLE IF EXISTS vec2vec_native_1, vec2vec_native_2, vec2vec_native_3");
  }

  /// As an application does, whose role may write to the table and to nothing else.
  void as_app(const std::string& sql) const {
    db().run("GRANT SELECT, INSERT, UPDATE, DELETE ON \"Docs\" TO app; SET ROLE app");
    db().run(sql);
    db().run("RESET ROLE");
  }

  CliResult refused(const std::vector<std::string>& more, const std::string& what, const std::string& way_out) const {
    const CliResult result = run_cli(arguments(more));
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(what), std::string::npos) << what << " is not in: " << result.err;
    EXPECT_NE(result.err.find(way_out), std::string::npos) << way_out << " is not in: " << result.err;
    EXPECT_EQ(result.err.find("bug"), std::string::npos) << result.err;
    return result;
  }

  bool is_native(const std::string& column, int id, const std::string& value) const {
    return number("SELECT count(*) FROM \"Docs\" WHERE id = " + std::to_string(id) + " AND \"" + column +
                  "\" = " + native(value)) == 1;
  }
  bool not_null(const std::string& column) const {
    return number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attnotnull AND attname = '" +
                  column + "'") == 1;
  }
  Index ours(const std::string& what) const {
    if (what == "triggers") return number("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%vec2vec%'");
    if (what == "functions") return number("SELECT count(*) FROM pg_proc WHERE proname LIKE 'vec2vec%'");
    return number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%' AND relkind = 'r'");
  }
};

using PostgresRollBack = RollBackTests;
using Keys = nlohmann::json;

TEST_F(PostgresRollBack, KeepsRowsInsertedSinceTheSwitch) {
  fill(500, "vector(384)", " NOT NULL");
  migrate({"--switch"});
  as_app("INSERT INTO \"Docs\" (id, \"my text\", \"the v\") VALUES (9001, 'new', " + native("0.1") + ")");
  for (const std::string more : {"--dry-run", "--switch"}) {
    const nlohmann::json report = migrate({more});
    EXPECT_EQ(report["native"], 1) << more;
    EXPECT_EQ(report["native_keys"], Keys({"9001"})) << more;
    EXPECT_EQ(report["stale"], 0) << more;
  }
  for (int call = 0; call < 3; ++call) {  // a script that tries again
    const nlohmann::json back = migrate({"--roll-back"});
    EXPECT_EQ(back["state"], "translated");
    EXPECT_EQ(back["rows"], 501);
    EXPECT_EQ(back["translated"], 500);
    EXPECT_EQ(back["native"], 1);
    EXPECT_EQ(back["native_keys"], Keys({"9001"}));
    EXPECT_NE(back["notes"].back().get<std::string>().find("1 row (9001) without an old vector prevents"), std::string::npos)
        << back;
    EXPECT_NE(back["notes"].back().get<std::string>().find("ALTER TABLE public.\"Docs\" ALTER COLUMN \"the v\" SET NOT NULL;"),
              std::string::npos)
        << back;
    EXPECT_TRUE(is_native("v new", 9001, "0.1"));
    EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\""), 500);
  }
  refused({"--drop-new"}, "would lose 1 vector (9001) of the new model that others wrote", "--accept-loss 1 drops");
  refused({"--drop-new", "--accept-loss", "2"}, "--accept-loss says 2", "--accept-loss 1 drops");
  EXPECT_TRUE(is_native("v new", 9001, "0.1"));

  EXPECT_EQ(migrate({"--switch"})["native"], 1);
  EXPECT_TRUE(is_native("the v", 9001, "0.1"));
  EXPECT_TRUE(not_null("the v"));
  migrate({"--roll-back"});
  db().run("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 10) WHERE id = 9001");
  EXPECT_EQ(migrate({"--roll-back"})["native"], 0);  // it has an old vector again, and is to be translated
  EXPECT_TRUE(not_null("the v"));
  EXPECT_EQ(migrate()["translated"], 501);
  for (int call = 0; call < 2; ++call) EXPECT_EQ(migrate({"--drop-new"})["state"], "dropped");
  EXPECT_EQ(ours("triggers") + ours("functions"), 0);
  EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\""), 501);
  refused({"--roll-back"}, "was dropped", "");
}

TEST_F(PostgresRollBack, RefusesVectorsOfAnOlderText) {
  fill(300);
  migrate({"--switch"});
  as_app("UPDATE \"Docs\" SET \"my text\" = 'edited', \"the v\" = " + native("0.2") + " WHERE id IN (50, 60, 70)");
  as_app("UPDATE \"Docs\" SET \"the v\" = NULL WHERE id = 80");
  as_app("UPDATE \"Docs\" SET \"my text\" = 'other' WHERE id = 90");
  EXPECT_EQ(migrate({"--dry-run"})["stale_keys"], Keys({"50", "60", "70", "80"}));
  refused({"--roll-back"}, "would give 4 rows (50, 60, 70, 80) the vector of what may be an older text", "--accept-stale 4");
  refused({"--roll-back", "--accept-stale", "3"}, "4 rows", "--accept-stale 4");
  EXPECT_TRUE(is_native("the v", 50, "0.2"));

  // The ways out: an old vector of the new text, none, or the caller's word.
  as_app("UPDATE \"Docs\" SET \"the v_old\" = (SELECT \"the v_old\" FROM \"Docs\" WHERE id = 10) WHERE id = 50");
  as_app("UPDATE \"Docs\" SET \"the v_old\" = NULL WHERE id = 60");
  refused({"--roll-back"}, "2 rows (70, 80)", "--accept-stale 2");
  const nlohmann::json back = migrate({"--roll-back", "--accept-stale", "2"});
  EXPECT_EQ(back["state"], "translated");
  EXPECT_EQ(back["native_keys"], Keys({"50", "60", "70"}));
  EXPECT_EQ(back["stale_keys"], Keys({"70"}));
  EXPECT_EQ(back["pending"], 1);  // 80
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" a, \"Docs\" b WHERE a.id = 10 AND b.id = 50 AND a.\"the v\" = b.\"the v\""),
            1);
  EXPECT_EQ(number("SELECT count(\"the v\") FROM \"Docs\" WHERE id = 60"), 0);

  const nlohmann::json again = migrate({"--switch"});
  EXPECT_EQ(again["state"], "switched");
  EXPECT_EQ(again["native"], 3);
  EXPECT_EQ(again["translated"], 297);
  for (const int id : {50, 60, 70}) EXPECT_TRUE(is_native("the v", id, "0.2"));
  refused({"--roll-back"}, "1 row (70)", "--accept-stale 1");
}

TEST_F(PostgresRollBack, AnInsertWithoutColumnNamesIsNoticed) {
  fill(100);
  migrate({"--switch"});
  db().run("INSERT INTO \"Docs\" VALUES (5, 'by place', (SELECT \"the v_old\" FROM \"Docs\" WHERE id = 10))");
  const nlohmann::json report = migrate({"--switch"});
  EXPECT_EQ(report["pending"], 1);
  EXPECT_NE(report["notes"].back().get<std::string>().find("only column the v_old has a vector in 1 row (5)"),
            std::string::npos)
      << report;
}

TEST_F(PostgresRollBack, NativeVectorsBeforeTheSwitchAreKept) {
  fill(300);
  migrate();
  as_app("UPDATE \"Docs\" SET \"v new\" = " + native("0.3") + " WHERE id = 10");
  as_app("UPDATE \"Docs\" SET \"v new\" = " + native("0.3") +
         ", \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 40) WHERE id = 20");
  as_app("UPDATE \"Docs\" SET \"v new\" = " + native("0.3") + " WHERE id = 30");
  as_app("UPDATE \"Docs\" SET \"the v\" = (SELECT \"the v\" FROM \"Docs\" WHERE id = 40) WHERE id = 30");  // newer than its new
                                                                                                           // vector
  as_app("INSERT INTO \"Docs\" VALUES (5, 'both', (SELECT \"the v\" FROM \"Docs\" WHERE id = 40), " + native("0.3") + ")");
  const nlohmann::json report = migrate({"--verify-rows", "1000"});
  EXPECT_EQ(report["native_keys"], Keys({"5", "10", "20"}));
  EXPECT_EQ(report["stale"], 0);
  EXPECT_EQ(report["translated"], 298);
  EXPECT_EQ(report["verified"], 298);
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" a, \"Docs\" b WHERE a.id = 40 AND b.id = 30 AND a.\"v new\" = b.\"v new\""),
            1);
  refused({"--drop-new"}, "3 vectors (5, 10, 20)", "--accept-loss 3");
  migrate({"--switch"});
  for (const int id : {5, 10, 20}) EXPECT_TRUE(is_native("the v", id, "0.3"));
  EXPECT_EQ(migrate({"--roll-back"})["native"], 3);  // no old vector is older than the new one
  EXPECT_EQ(migrate({"--drop-new", "--accept-loss", "3"})["state"], "dropped");
}

TEST_F(PostgresRollBack, ATriggerOfTheApplicationThatEmptiesTheVectorIsSeen) {
  fill(100);
  db().run(
      "CREATE OR REPLACE FUNCTION empty_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.\"the v\" := NULL; RETURN NEW; "
      "END';"
      "CREATE TRIGGER zz BEFORE UPDATE OF \"my text\" ON \"Docs\" FOR EACH ROW EXECUTE FUNCTION empty_it()");
  migrate();
  as_app("UPDATE \"Docs\" SET \"my text\" = 'edited' WHERE id = 50");
  EXPECT_EQ(number("SELECT count(\"v new\") FROM \"Docs\" WHERE id = 50"), 0);
  migrate({"--switch"});
  as_app("UPDATE \"Docs\" SET \"my text\" = 'edited' WHERE id = 60");
  refused({"--roll-back"}, "1 row (60)", "--accept-stale 1");
}

TEST_F(PostgresRollBack, DroppingTheNewVectorsLeavesTheColumnAsItWas) {
  fill(100, "vector(384)", " NOT NULL");
  const auto roll_back_with_a_new_row = [&] {
    migrate({"--switch"});
    as_app("INSERT INTO \"Docs\" (id, \"my text\", \"the v\") VALUES (9001, 'new', " + native("0.1") + ")");
    migrate({"--roll-back"});
    EXPECT_FALSE(not_null("the v"));
  };
  roll_back_with_a_new_row();
  refused({"--drop-new"}, "would lose 1 vector (9001)", "--accept-loss 1 drops");
  const nlohmann::json dropped = migrate({"--drop-new", "--accept-loss", "1"});
  ASSERT_EQ(dropped["notes"].size(), 1u) << dropped;
  EXPECT_NE(dropped["notes"][0].get<std::string>().find("was NOT NULL, which 1 row (9001) without an old vector prevents"),
            std::string::npos)
      << dropped;
  EXPECT_NE(dropped["notes"][0].get<std::string>().find(": ALTER TABLE public.\"Docs\" ALTER COLUMN \"the v\" SET NOT NULL;"),
            std::string::npos)
      << dropped;

  db().run("DELETE FROM \"Docs\" WHERE id = 9001; ALTER TABLE \"Docs\" ALTER COLUMN \"the v\" SET NOT NULL");
  roll_back_with_a_new_row();
  db().run("DELETE FROM \"Docs\" WHERE id = 9001");
  EXPECT_EQ(migrate({"--drop-new"})["notes"], nlohmann::json::array());
  EXPECT_TRUE(not_null("the v"));
}

TEST_F(PostgresRollBack, ATableThatWasMadeAnewBeginsAnew) {
  fill(200);
  for (const bool finished : {false, true}) {
    migrate({"--switch"});
    if (finished) migrate({"--drop-old"});
    db().run("DROP TABLE \"Docs\"");
    fill(100);  // as from a backup of the time before
    const nlohmann::json plan = migrate({"--dry-run"});
    EXPECT_EQ(plan["state"], "new") << plan;
    EXPECT_EQ(plan["pending"], 100) << plan;
    for (const std::string step : {"--roll-back", "--drop-old", "--drop-new"})
      refused({step}, "There is no migration into this column", "");
    EXPECT_EQ(migrate()["state"], "translated");
    EXPECT_EQ(right_rows("v new"), 100);
    migrate({"--drop-new"});
  }
}

TEST_F(PostgresRollBack, DroppingTheOldVectorsEndsIt) {
  fill(200);
  db().run("UPDATE \"Docs\" SET \"the v\" = '[1,2,3]' WHERE id = 770");
  refused({"--drop-old"}, "There is no migration into this column", "");
  migrate();
  refused({"--drop-old"}, "The old vectors are in use", "--switch first");
  refused({"--forget"}, "A migration still needs the book-keeping: table Docs", "--drop-new");
  migrate({"--switch", "--allow-untranslated"});
  refused({"--drop-new"}, "The new vectors have the name the v by now", "--roll-back first");
  refused({"--drop-old"}, "would lose 1 vector (770) of the old model without a counterpart", "--accept-loss 1 drops");
  refused({"--forget"}, "A migration still needs the book-keeping", "--drop-old");
  for (int call = 0; call < 2; ++call) {
    const nlohmann::json report = migrate({"--drop-old", "--accept-loss", "1"});
    EXPECT_EQ(report["state"], "finished");
    EXPECT_EQ(report["rows"], 200);
    EXPECT_EQ(report["translated"], 199);
  }
  EXPECT_EQ(migrate({"--switch"})["state"], "finished");
  EXPECT_EQ(migrate()["state"], "finished");
  refused({"--roll-back"}, "without the old vectors nothing can be rolled back", "");
  EXPECT_EQ(ours("triggers") + ours("functions"), 0);
  EXPECT_EQ(ours("tables"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attname = 'the v_old'"), 0);
  for (int call = 0; call < 2; ++call) EXPECT_EQ(migrate({"--forget"})["state"], "forgotten");
  EXPECT_EQ(ours("tables"), 0);
}

TEST_F(PostgresRollBack, WhatIsDroppedByHandStopsNobodysWrites) {
  fill(200);
  migrate({"--switch"});
  as_app("UPDATE \"Docs\" SET \"the v\" = " + native("0.4") + " WHERE id = 30");
  db().run("DROP TABLE vec2vec_native_1");
  as_app("UPDATE \"Docs\" SET \"the v\" = " + native("0.4") + " WHERE id = 40");
  as_app("INSERT INTO \"Docs\" (id, \"my text\", \"the v\") VALUES (5, 'x', " + native("0.4") + ")");
  refused({"--roll-back"}, "200 rows (0, 10, 20, 30, 40 ...)", "--accept-stale 200");
  db().run("ALTER TABLE \"Docs\" DROP COLUMN \"the v_old\"");
  as_app("UPDATE \"Docs\" SET \"the v\" = " + native("0.5") + " WHERE id = 50");
  EXPECT_EQ(migrate()["state"], "finished");
  EXPECT_EQ(ours("triggers") + ours("functions"), 0);

  db().run("DROP TABLE \"Docs\", vec2vec_migrations, vec2vec_ranges");
  fill(100);
  migrate();
  EXPECT_THROW(db().run("ALTER TABLE \"Docs\" DROP COLUMN \"v new\""), SqlError);  // would take triggers with it
  db().run("ALTER TABLE \"Docs\" DROP COLUMN \"v new\" CASCADE");
  as_app("UPDATE \"Docs\" SET \"the v\" = NULL WHERE id = 50");
  as_app("DELETE FROM \"Docs\" WHERE id = 60");
  EXPECT_EQ(migrate({"--drop-new"})["state"], "dropped");
  EXPECT_EQ(ours("triggers") + ours("functions"), 0);
}

TEST_F(PostgresRollBack, OneOfTwoMigrationsOfAColumnEndsBeforeTheOtherOneSwitches) {
  fill(100);
  migrate();
  std::vector<std::string> second = arguments();
  second[8] = "v third";
  EXPECT_EQ(run_cli(second).code, 0);
  refused({"--switch"}, "Column v third is being filled from the same column", "--drop-new");
  second.push_back("--drop-new");
  EXPECT_EQ(run_cli(second).code, 0);
  EXPECT_EQ(migrate({"--switch"})["state"], "switched");
  second.pop_back();
  const CliResult third = run_cli(second);  // the map does not fit any more, but that is not the point
  EXPECT_EQ(third.code, 2);
  EXPECT_NE(third.err.find("--drop-old"), std::string::npos) << third.err;
}

TEST_F(PostgresRollBack, KeysThatChangeAndRowsThatGoAreFollowed) {
  db().run("CREATE TABLE \"Docs\" (a int, b text, \"my text\" text, \"the v\" vector(384), PRIMARY KEY (a, b))");
  db().run("INSERT INTO \"Docs\" SELECT i, 'b', 'x', " + native("0.5 + 0.001 * sin(i)") + " FROM generate_series(1, 50) i");
  const std::vector<std::string> any = {"--ignore-fingerprint"};
  migrate(any);
  migrate({"--switch", "--ignore-fingerprint"});
  as_app("UPDATE \"Docs\" SET \"the v\" = " + native("0.6") + " WHERE a IN (3, 4)");
  as_app("UPDATE \"Docs\" SET b = 'moved' WHERE a = 3");
  as_app("DELETE FROM \"Docs\" WHERE a = 4");
  as_app("INSERT INTO \"Docs\" (a, b, \"my text\", \"the v\") VALUES (4, 'b', 'x', " + native("0.6") + ")");
  const nlohmann::json report = migrate({"--dry-run", "--ignore-fingerprint"});
  EXPECT_EQ(report["native_keys"], Keys({"(3, moved)", "(4, b)"}));
  EXPECT_EQ(report["stale_keys"], Keys({"(3, moved)"}));
}

using PostgresRollBackParts = OnServer<8>;

TEST_F(PostgresRollBackParts, PartitionsAndHalfvec) {
  db().run(
      "CREATE TABLE \"Docs\" (id bigint PRIMARY KEY, \"the v\" halfvec(384)) PARTITION BY HASH (id);"
      "CREATE TABLE p0 PARTITION OF \"Docs\" FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
      "CREATE TABLE p1 PARTITION OF \"Docs\" FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
  insert(0, 200, ValueType::kFloat16);
  migrate({"--switch"});
  db().run("UPDATE \"Docs\" SET \"the v\" = " + native("0.5") + "::halfvec WHERE id IN (50, 60)");
  db().run("INSERT INTO \"Docs\" (id, \"the v\") VALUES (5, " + native("0.5") + "::halfvec)");
  const CliResult refused = run_cli(arguments({"--roll-back"}));
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("2 rows (50, 60)"), std::string::npos) << refused.err;
  const nlohmann::json back = migrate({"--roll-back", "--accept-stale", "2"});
  EXPECT_EQ(back["native"], 3);
  EXPECT_EQ(migrate({"--switch"})["native"], 3);
  EXPECT_EQ(migrate({"--drop-old"})["state"], "finished");
  EXPECT_EQ(number("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%vec2vec%'"), 0);
}

}  // namespace
}  // namespace vec2vec::postgres
