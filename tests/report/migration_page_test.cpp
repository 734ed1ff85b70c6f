// SPDX-License-Identifier: Apache-2.0
#include "report/browser.h"
#include "vec2vec/pages.h"

namespace vec2vec {
namespace {

using Ordered = nlohmann::ordered_json;

const Ordered kRetention = {{"queries", 1000},
                            {"documents", 5988},
                            {"k", 10},
                            {"translated_queries", false},
                            {"recall", {{"value", 0.4636}, {"low", 0.4515}, {"high", 0.4765}, {"null", 0.0017}}},
                            {"thresholds",
                             {{{"before", 0.5}, {"pairs", 1587}, {"after", 0.5184}, {"kept", 0.552}},
                              {{"before", 0.9}, {"pairs", 15}, {"after", 0.7317}, {"kept", 0.267}},
                              {{"before", 0.95}, {"pairs", 0}, {"after", nullptr}, {"kept", nullptr}}}}};
const Ordered kChecks = {{{"name", "verdict"}, {"passed", true}, {"required", "ALIGNED"}, {"found", "ALIGNED"}},
                         {{"name", "min_recall"}, {"passed", false}, {"limit", 0.6}, {"found", 0.4515}}};

/// What a migration has made of a table, `</script>` in the name of its column among it.
Ordered migrated(const std::string& state) {
  return {{"table", "documents"},
          {"column", "embedding</script>"},
          {"into", "embedding_new"},
          {"dry_run", false},
          {"state", state},
          {"rows", 6000},
          {"translated", 5900},
          {"null_rows", 12},
          {"wrong_dim", 8},
          {"wrong_keys", {"17", "4711"}},
          {"native", 50},
          {"native_keys", {"3"}},
          {"stale", 2},
          {"stale_keys", {"3", "5"}},
          {"pending", 30},
          {"translated_now", 5900},
          {"zero_rows", 1},
          {"verified", 1000},
          {"largest_difference", 0.0},
          {"old_column", "embedding_old"},
          {"seconds", 6.4},
          {"notes", {"index documents_embedding_idx (hnsw): it is built again"}},
          {"retention", kRetention},
          {"gate", {{"passed", true}, {"checks", kChecks}}},
          {"next", {{{"say", "It drops the old vectors."}, {"command", "the same command with --drop-old"}}}}};
}

class MigrationPage : public InBrowser {};

TEST_F(MigrationPage, SaysWhatBecameOfTheRowsAndWhatASearchKeeps) {
  const Ordered json = migrated("translated");
  expect_quiet(migration_page(json.dump()));
  EXPECT_GE(compare_numbers(nlohmann::json::parse(json.dump())), 30);
  expect_drawn({"Migration of documents.embedding&lt;/script&gt;", "Translated, but for rows that are pending", "5,900",
                "Keys of rows of a wrong dimension: 17, 4711.", "what chance finds", "not met",
                "the same command with --drop-old", "Index documents_embedding_idx"});
}

TEST_F(MigrationPage, TellsEachStateApart) {
  Ordered json = migrated("switched");
  expect_quiet(migration_page(json.dump()));
  expect_drawn({"Switched", "The old ones are in embedding_old"});
  json["gate"]["passed"] = false;
  json["advice"] = "embed the texts anew";
  expect_quiet(migration_page(json.dump()));
  expect_drawn({"Not migrated: the map does not pass", "Advice: embed the texts anew."});
}

TEST_F(MigrationPage, OfADryRunNamesWhatStandsInItsWay) {
  Ordered json = {{"table", "documents"},
                  {"column", "embedding"},
                  {"into", "embedding_new"},
                  {"dry_run", true},
                  {"state", "new"},
                  {"rows", 6000},
                  {"translated", 0},
                  {"pending", 6000},
                  {"row_seconds", 5.99},
                  {"index_seconds", 2.9},
                  {"notes", Ordered::array()},
                  {"problems", Ordered::array()},
                  {"gate", {{"passed", true}, {"checks", Ordered::array()}}}};
  expect_quiet(migration_page(json.dump()));
  expect_drawn({"Ready: nothing stands in its way", "Dry run"});
  json["problems"].push_back({{"what", "you do not own the table"}, {"where", "documents"}, {"hint", "its owner can"}});
  expect_quiet(migration_page(json.dump()));
  expect_drawn({"The migration cannot begin yet", "you do not own the table", "its owner can"});
}

TEST_F(MigrationPage, LooksAsItDid) { expect_look("migration", migration_page(migrated("switched").dump())); }

TEST_F(MigrationPage, CanBeReadByKeyboardAndScreenReader) { expect_accessible(migration_page(migrated("switched").dump())); }

class GatePage : public MigrationPage {
 protected:
  const Ordered refused = {{"map", "m.safetensors"}, {"passed", false}, {"checks", kChecks}, {"retention", kRetention}};
};

TEST_F(GatePage, NamesTheLimitsThatAreNotMet) {
  expect_quiet(gate_page(refused.dump()));
  EXPECT_GE(compare_numbers(nlohmann::json::parse(refused.dump())), 15);
  expect_drawn({"May m.safetensors be used?", "1 of 2 limits is not met: What a search keeps.", "ALIGNED", "0.600"});
}

TEST_F(GatePage, LooksAsItDid) { expect_look("gate", gate_page(refused.dump())); }

TEST_F(GatePage, CanBeReadByKeyboardAndScreenReader) {
  expect_accessible(gate_page(Ordered({{"map", "m.safetensors"}, {"passed", true}, {"checks", kChecks}}).dump()));
}

}  // namespace
}  // namespace vec2vec
