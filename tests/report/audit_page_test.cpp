// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/browser.h"
#include "vec2vec/pages.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

/// The page of a real audit of the demo data.
class AuditPage : public InBrowser {
 protected:
  void SetUp() override {
    InBrowser::SetUp();
    if (IsSkipped()) return;
    std::ofstream labels(dir.path("labels.txt")), truth(dir.path("truth.txt")), texts(dir.path("texts.txt"));
    labels << "first\nsecond\n";
    for (int i = 0; i < 1000; ++i) truth << (i % 2 ? "first" : "second") << "\n";
    for (int i = 0; i < 6000; ++i) texts << "<i>word" << i % 100 << "</i> \xE2\x80\x94 & \"quoted\" </script> all\n";
    for (std::ofstream* file : {&labels, &truth, &texts}) file->close();
    const auto rows = open_rows(kData + "/mpnet.eval.npy");
    Matrix two(2, rows->dim());
    rows->read(0, two.span());
    const auto sink = create_rows(dir.path("labels.npy"), 2, rows->dim());
    sink->write(two);
    sink->commit();
    ASSERT_EQ(run_cli({"align", kData + "/minilm.pairs.npy", kData + "/mpnet.pairs.npy", "-o", dir.path("map"), "--paired",
                       "--procrustes", "--quiet"})
                  .code,
              0);
    const CliResult audit = run_cli({"audit",
                                     kData + "/minilm.eval.npy",
                                     "--public",
                                     dir.path("texts.txt"),
                                     "--public-vectors",
                                     kData + "/mpnet.b.npy",
                                     "--attributes",
                                     dir.path("labels.txt"),
                                     "--attributes-vectors",
                                     dir.path("labels.npy"),
                                     "--truth",
                                     dir.path("truth.txt"),
                                     "--store-texts-vectors",
                                     kData + "/mpnet.eval.npy",
                                     "--candidates-vectors",
                                     kData + "/mpnet.eval.npy",
                                     "--map",
                                     dir.path("map"),
                                     "--no-defences",
                                     "--bootstrap",
                                     "50",
                                     "--reveal",
                                     "-o",
                                     dir.path("report.html"),
                                     "--quiet"});
    ASSERT_EQ(audit.code, 0) << audit.err;
    report = parse_json(file_bytes(dir.path("report.json")));
  }

  Json report;
};

TEST_F(AuditPage, RendersItsJsonAndAsksForNothing) {
  expect_quiet(file_bytes(dir.path("report.html")));
  EXPECT_NE(dom.find("What these vectors give away</h1>"), std::string::npos);
  EXPECT_GT(compare_numbers(report), 60);
  EXPECT_EQ(dom.find("<i>word"), std::string::npos) << "texts are shown as texts";
  EXPECT_NE(dom.find("word"), std::string::npos);
}

TEST_F(AuditPage, CanBeReadByKeyboardAndScreenReader) {
  const std::string page = file_bytes(dir.path("report.html"));
  expect_accessible(page);
  open_page(page);
  EXPECT_NE(dom.find("the arrow keys go through them\""), std::string::npos);
  EXPECT_NE(dom.find("Figures of this chart as a table"), std::string::npos);
}

TEST_F(AuditPage, LooksAsItDid) {
  std::string json = report.dump();  // paths of any length would break its lines anywhere
  for (const std::string& folder : {dir.path(""), kData + "/"})
    for (std::size_t at = json.find(folder); at != std::string::npos; at = json.find(folder)) json.erase(at, folder.size());
  expect_look("audit", audit_page(json));
}

TEST_F(AuditPage, ShowsTextsThatALanguageModelWrote) {
  const Json score = {{"rows", 2}, {"value", 0.4}, {"low", 0.3}, {"high", 0.5}, {"null", 0.1}};
  report["texts"] = {
      {"measured", true},
      {"scores", {{"token_f1", score}, {"numbers", nullptr}}},
      {"samples",
       {{{"row", 7}, {"text", "found <b>text"}, {"cosine", 0.625}, {"nearest_cosine", 0.5}, {"truth", "true text"}}}}};
  expect_quiet(audit_page(report.dump()));
  expect_drawn({"data-json=\"texts/samples/0/cosine\">0.625<", "data-json=\"texts/scores/token_f1/value\"", "true text",
                "found &lt;b&gt;text"});
}

TEST_F(AuditPage, NamesAllKnownSpaces) {
  report["public"]["spaces"] = {{{"name", "first model"}, {"dim", 384}}, {{"name", "second <b>model"}, {"dim", 256}}};
  Json& made = report["reproduction"];
  made.erase("model");
  made["models"] = {{{"name", "first model"}, {"folder", "models/first"}}, {{"name", "second"}, {"folder", "models/second"}}};
  Json file = made["public"]["vectors"];
  file["model"] = "first model";
  made["public"]["vectors"] = {file, file};
  made["public"]["vectors"][1]["model"] = "second model";
  made["public"]["vectors"][1]["path"] = "other-vectors.npy";
  expect_quiet(audit_page(report.dump()));
  expect_drawn({"encoded by 2 models of their own", "the consensus of their spaces", "data-json=\"public/spaces/1/dim\">256<",
                "second &lt;b&gt;model", "models/second", "public, vectors, second model", "other-vectors.npy"});
}

TEST_F(AuditPage, AnAttackThatDidNotGetThroughIsGreyAndSaysWhatToTry) {
  report["severity"] = {{"level", "inconclusive"}, {"reasons", {"No map was found."}}, {"advice", {"more public texts"}}};
  report["policy"] = {{"fail_at", "high"}, {"broken", false}};
  report["alignment"] = {{"verdict", "NOT_ALIGNED"},
                         {"map_was_given", false},
                         {"evidence",
                          {{"probability", 1e-7},
                           {"agreement", 0.1},
                           {"score_margin", 1.0},
                           {"mutual_neighbours", 0.1},
                           {"half_agreement", 0.1},
                           {"searches_needed", 1.0}}},
                         {"pair_free_score", 0.5},
                         {"seconds", 3.0},
                         {"starts", Json::array()},
                         {"scores", nullptr}};
  const Json kept = {{"value", 0.25}, {"low", nullptr}, {"high", nullptr}, {"null", 0.01}};
  report["defences"] = {{"measured", true},
                        {"reference", "none: the undefended store did not align"},
                        {"points",
                         {{{"steps", "none"},
                           {"verdict", "NOT_ALIGNED"},
                           {"conclusive", false},
                           {"probability", 1.0},
                           {"recovered", nullptr},
                           {"neighbours", nullptr},
                           {"seconds", 1}},
                          {{"steps", "rotate"},
                           {"verdict", "NOT_ALIGNED"},
                           {"conclusive", false},
                           {"probability", 1.0},
                           {"recovered", nullptr},
                           {"neighbours", kept},
                           {"seconds", 1}}}}};
  expect_quiet(audit_page(report.dump()));
  const std::string& body = dom;
  for (const char* part : {"<strong>Inconclusive</strong>", "var(--inconclusive)", "What to try before anything is concluded",
                           "more public texts", "not decided", "inconclusive (NOT_ALIGNED)", "&lt;0.001"})
    EXPECT_NE(body.find(part), std::string::npos) << part;
  for (const char* part : {"Severity: ", "kept.", "M12 2l8 3.5v6"}) EXPECT_EQ(body.find(part), std::string::npos) << part;
  EXPECT_NE(body.find("data-json=\"defences/points/1/neighbours/value\">0.250<"), std::string::npos);
}

TEST_F(AuditPage, TheTestSeesRequestsErrorsAndPaleWriting) {
  open_page("<img src='http://127.0.0.1:9/x.png'><script>nothing.at.all</script>");
  EXPECT_NE(log.find("CONSOLE"), std::string::npos);
  ASSERT_FALSE(requests.empty());
  EXPECT_EQ(requests[0], "http://127.0.0.1:9/x.png");
  if (has_axe()) {
    const std::string pale = "<html lang='en'><title>t</title><body><main><p style='color: #ccc'>pale</p></main></body></html>";
    EXPECT_NE(serious_findings(pale, "").find("color-contrast"), std::string::npos);
  }
}

}  // namespace
}  // namespace vec2vec
