// SPDX-License-Identifier: Apache-2.0
// Tables of text through the command: what users are told of how they were read, and what is written.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "contains.h"
#include "core/random.h"
#include "core/text/json.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

class TextTablesCli : public ::testing::Test {
 protected:
  /// Rows of numbers with, before each, what `before` says.
  void write_rows(const std::string& name, const std::string& header, const std::function<std::string(int)>& before = {}) {
    Random random(3);
    std::ofstream file(dir.path(name));
    file << header;
    for (int i = 0; i < 300; ++i) {
      if (before) file << before(i) << ",";
      for (int j = 0; j < 6; ++j) file << (j > 0 ? "," : "") << random.normal();
      file << "\n";
    }
  }
  void write(const std::string& name, const std::string& bytes) { std::ofstream(dir.path(name), std::ios::binary) << bytes; }

  const TempDir dir;
};

TEST_F(TextTablesCli, InspectAndAlignRemarkAnId) {
  write_rows("ids.csv", "id,a,b,c,d,e,f\n", [](int i) { return std::to_string(1000 + i); });
  write_rows("plain.csv", "a,b,c,d,e,f\n");
  const std::string remark = "column 0 counts 1000, 1001, 1002, ...: an id?";
  const CliResult inspected = run_cli({"inspect", dir.path("ids.csv")});
  EXPECT_EQ(inspected.code, 0);
  EXPECT_TRUE(contains(inspected.out, "note: " + remark)) << inspected.out;
  const Json json = parse_json(run_cli({"inspect", dir.path("ids.csv"), "--json"}).out);
  EXPECT_EQ(json["dim"], 7);
  EXPECT_TRUE(std::any_of(json["notes"].begin(), json["notes"].end(), [&](const Json& n) { return contains(n, remark); }));
  const CliResult aligned = run_cli(
      {"align", dir.path("ids.csv"), dir.path("plain.csv"), "-o", dir.path("map"), "--paired", "--procrustes", "--json"});
  EXPECT_EQ(aligned.code, 0) << aligned.err;
  EXPECT_TRUE(contains(aligned.err, "ids.csv: " + remark)) << aligned.err;
  EXPECT_TRUE(contains(parse_json(aligned.out)["inputs"]["source"]["notes"][0], remark));
  EXPECT_FALSE(contains(run_cli({"inspect", dir.path("plain.csv")}).out, "an id?"));
  ASSERT_EQ(run_cli({"align", dir.path("plain.csv"), dir.path("plain.csv"), "-o", dir.path("map"), "--force", "--paired",
                     "--procrustes"})
                .code,
            0);
  const CliResult refused = run_cli({"translate", dir.path("map"), dir.path("ids.csv"), "-o", dir.path("out.npy")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(contains(refused.err, "rows have dimension 7") && contains(refused.err, remark)) << refused.err;
}

TEST_F(TextTablesCli, PairsAreReadAsVectorsAre) {
  write_rows("a.csv", "");
  write_rows("b.csv", "");
  const auto align = [&](const std::string& pairs) {
    write("pairs.csv", pairs);
    return run_cli({"align", dir.path("a.csv"), dir.path("b.csv"), "-o", dir.path("map"), "--force", "--effort", "low",
                    "--pairs", dir.path("pairs.csv"), "--json"});
  };
  const auto given = [](const CliResult& result) { return parse_json(result.out)["pairs"]["given"]; };
  const CliResult pandas = align("0,1\n5,7\n9,9\n");
  EXPECT_EQ(given(pandas), 2) << pandas.out;
  EXPECT_TRUE(contains(pandas.err, "pairs.csv: the first line counts 0, 1, ... and is taken for column names")) << pandas.err;
  EXPECT_EQ(given(align("a,b\n0,1\n5,7\n9,9\n")), 3);
  EXPECT_EQ(given(align("\xEF\xBB\xBF"
                        "5,7\n9,9\n")),
            2);
  for (const char* bad : {"5,NULL\n9,9\n", "5.5,7\n", "1,2,3\n", "-1,0\n", "x,y\n", "5,7\n9\n3,3\n"}) {
    const CliResult result = align(bad);
    EXPECT_EQ(result.code, 2) << bad;
    EXPECT_TRUE(contains(result.err, "pairs.csv")) << result.err;
  }
}

TEST_F(TextTablesCli, ConfidenceHasAHeader) {
  write_rows("a.csv", "");
  ASSERT_EQ(run_cli({"align", dir.path("a.csv"), dir.path("a.csv"), "-o", dir.path("map"), "--paired", "--procrustes"}).code,
            0);
  for (const char* name : {"c.csv", "c.tsv"}) {
    const CliResult result =
        run_cli({"translate", dir.path("map"), dir.path("a.csv"), "-o", dir.path("out.csv"), "--confidence", dir.path(name),
                 "--store", dir.path("a.csv"), "--force", "--ignore-fingerprint"});
    ASSERT_EQ(result.code, 0) << result.err;
    const std::string text = file_bytes(dir.path(name));
    EXPECT_EQ(text.substr(0, 21), name[2] == 'c' ? "match,margin,support\n" : "match\tmargin\tsupport\n");
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 301);
    EXPECT_EQ(open_rows(dir.path(name))->rows(), 300);
  }
  EXPECT_EQ(file_bytes(dir.path("out.csv")).substr(0, 18), "e0,e1,e2,e3,e4,e5\n");
  EXPECT_EQ(open_rows(dir.path("out.csv"))->rows(), 300);
}

TEST_F(TextTablesCli, TheFirstLineOfTrueLabelsMayBeAHeader) {
  const std::string data = VEC2VEC_DEMO_DATA;
  std::string labels = "\xEF\xBB\xBF", truth = "\xEF\xBB\xBFlabel\r\n";
  for (int i = 0; i < 1000; ++i) {
    labels += "label " + std::to_string(i) + "\r\n";
    truth += "label " + std::to_string(i) + "\r\n";
  }
  write("labels.txt", labels);
  write("truth.txt", truth);
  ASSERT_EQ(run_cli({"align", data + "/minilm.pairs.npy", data + "/mpnet.pairs.npy", "-o", dir.path("map"), "--paired",
                     "--procrustes"})
                .code,
            0);
  const auto audit = [&] {
    return run_cli({"audit", data + "/minilm.eval.npy", "--public-vectors", data + "/mpnet.b.npy", "--map", dir.path("map"),
                    "-o", dir.path("report.html"), "--force", "--no-defences", "--bootstrap", "0", "--attributes",
                    dir.path("labels.txt"), "--attributes-vectors", data + "/mpnet.eval.npy", "--truth",
                    dir.path("truth.txt")});
  };
  const CliResult result = audit();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "the first line, 'label', is none of the labels")) << result.err;
  write("truth.txt", "label 7\n" + truth.substr(3 + 7));  // a line too many, and no header
  EXPECT_EQ(audit().code, 2);
  write("labels.txt", labels.substr(0, labels.rfind("label")) + "\r\n");
  EXPECT_TRUE(contains(audit().err, "An empty line is no label"));
}

}  // namespace
}  // namespace vec2vec
