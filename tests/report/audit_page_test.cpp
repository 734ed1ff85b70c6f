#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <vector>

#include "cli/run_cli.h"
#include "core/text/json.h"
#include "vec2vec/audit.h"
#include "vec2vec/pages.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

const std::string kData = VEC2VEC_DEMO_DATA;

/// The page of a real audit of the demo data, opened in a headless Chromium (scripts/setup.sh --browser).
class AuditPage : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0)
      GTEST_SKIP() << "no chromium here: scripts/setup.sh --browser installs it";
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

  /// Opens a file of the folder; keeps what it drew, what the browser logged, and what the page (not the browser) asked for.
  void open_page(const std::string& name) {
    const std::string command =
        "timeout 300 chromium --headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run "
        "--enable-logging=stderr --virtual-time-budget=5000 --user-data-dir=" +
        dir.path("profile") + " --log-net-log=" + dir.path("net.json") + " --dump-dom file://" + dir.path(name) + " >" +
        dir.path("dom.html") + " 2>" + dir.path("log");
    ASSERT_EQ(std::system(command.c_str()), 0) << file_bytes(dir.path("log"));
    dom = file_bytes(dir.path("dom.html"));
    log = file_bytes(dir.path("log"));
    const std::string net = file_bytes(dir.path("net.json"));
    requests.clear();
    const std::regex request(R"rx(site=file://[^"]*"[^{}]*"url":"([^"]*)")rx");  // the browser's own belong to other sites
    for (std::sregex_iterator it(net.begin(), net.end(), request), end; it != end; ++it) requests.push_back((*it)[1]);
  }

  TempDir dir;
  Json report;
  std::string dom, log;
  std::vector<std::string> requests;
};

TEST_F(AuditPage, RendersItsJsonAndAsksForNothing) {
  open_page("report.html");
  EXPECT_EQ(log.find("CONSOLE"), std::string::npos) << log;
  EXPECT_TRUE(requests.empty()) << requests[0];
  EXPECT_NE(dom.find("What these vectors give away</h1>"), std::string::npos);

  const std::regex number(R"rx(<(\w+)[^>]*data-json="([^"]+)"[^>]*>([^<]*)<)rx");
  int compared = 0;
  for (std::sregex_iterator it(dom.begin(), dom.end(), number), end; it != end; ++it) {
    const Json& value = report.at(Json::json_pointer("/" + (*it)[2].str()));
    std::string text = (*it)[3].str();
    if (value.is_null()) {
      EXPECT_EQ(text, "\xE2\x80\x93") << (*it)[2];
      continue;
    }
    if (text == ">0.999" || text == "&gt;0.999" || text == "&lt;0.001") {  // a probability
      EXPECT_TRUE((*it)[2].str().ends_with("/probability")) << (*it)[2];
      continue;
    }
    text.erase(std::remove(text.begin(), text.end(), ','), text.end());
    const double shown = std::stod(text), exact = value.get<double>();
    EXPECT_NEAR(shown, exact, std::abs(exact) < 10 ? 5.1e-4 : std::abs(exact) < 1000 ? 0.051 : 0.51) << (*it)[2];
    ++compared;
  }
  EXPECT_GT(compared, 60);
  EXPECT_EQ(dom.find("<i>word"), std::string::npos) << "texts are shown as texts";
  EXPECT_NE(dom.find("word"), std::string::npos);
}

TEST_F(AuditPage, ShowsTextsThatALanguageModelWrote) {
  const Json score = {{"rows", 2}, {"value", 0.4}, {"low", 0.3}, {"high", 0.5}, {"null", 0.1}};
  report["texts"] = {
      {"measured", true},
      {"scores", {{"token_f1", score}, {"numbers", nullptr}}},
      {"samples",
       {{{"row", 7}, {"text", "found <b>text"}, {"cosine", 0.625}, {"nearest_cosine", 0.5}, {"truth", "true text"}}}}};
  std::ofstream(dir.path("texts.html")) << audit_page(report.dump());
  open_page("texts.html");
  EXPECT_EQ(log.find("CONSOLE"), std::string::npos) << log;
  for (const char* part : {"data-json=\"texts/samples/0/cosine\">0.625<", "data-json=\"texts/scores/token_f1/value\"",
                           "true text", "found &lt;b&gt;text"})
    EXPECT_NE(dom.find(part), std::string::npos) << part;
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
  std::ofstream(dir.path("spaces.html")) << audit_page(report.dump());
  open_page("spaces.html");
  EXPECT_EQ(log.find("CONSOLE"), std::string::npos) << log;
  for (const char* part :
       {"encoded by 2 models of his own", "the consensus of his spaces", "data-json=\"public/spaces/1/dim\">256<",
        "second &lt;b&gt;model", "models/second", "public, vectors, second model", "other-vectors.npy"})
    EXPECT_NE(dom.find(part), std::string::npos) << part;
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
  std::ofstream(dir.path("open.html")) << audit_page(report.dump());
  open_page("open.html");
  EXPECT_EQ(log.find("CONSOLE"), std::string::npos) << log;
  const std::string body = dom.substr(0, dom.find("<script"));
  for (const char* part : {"<strong>Inconclusive</strong>", "var(--inconclusive)", "What to try before anything is concluded",
                           "more public texts", "not decided", "inconclusive (NOT_ALIGNED)", "&lt;0.001"})
    EXPECT_NE(body.find(part), std::string::npos) << part;
  for (const char* part : {"Severity: ", "kept.", "M12 2l8 3.5"}) EXPECT_EQ(body.find(part), std::string::npos) << part;
  EXPECT_NE(body.find("data-json=\"defences/points/1/neighbours/value\">0.250<"), std::string::npos);
}

TEST_F(AuditPage, TheTestSeesRequestsAndErrors) {
  std::ofstream(dir.path("bad.html")) << "<img src='http://127.0.0.1:9/x.png'><script>nothing.at.all</script>";
  open_page("bad.html");
  EXPECT_NE(log.find("CONSOLE"), std::string::npos);
  ASSERT_FALSE(requests.empty());
  EXPECT_EQ(requests[0], "http://127.0.0.1:9/x.png");
}

}  // namespace
}  // namespace vec2vec
