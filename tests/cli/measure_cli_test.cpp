// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "contains.h"
#include "core/random.h"
#include "core/text/json.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

const std::string kDemoData = VEC2VEC_DEMO_DATA;

class MeasureCli : public ::testing::Test {
 protected:
  void SetUp() override {
    write(a, 200, 8, 1);
    write(b, 200, 8, 2);
    write(c, 200, 5, 3);
  }
  void write(const std::string& path, Index n, Index dim, std::uint64_t seed) {
    Random random(seed);
    Matrix rows(n, dim);
    for (Index i = 0; i < n * dim; ++i) rows.data()[i] = static_cast<float>(random.normal());
    const auto sink = create_rows(path, n, dim);
    sink->write(rows);
    sink->commit();
  }
  TempDir dir;
  const std::string a = dir.path("a.npy"), b = dir.path("b.npy"), c = dir.path("c.npy"), html = dir.path("heat.html"),
                    csv = dir.path("all.csv");
};

TEST_F(MeasureCli, RealPairsAreFarFromTheirNull) {
  const CliResult result =
      run_cli({"measure", kDemoData + "/minilm.eval.npy", kDemoData + "/mpnet.eval.npy", "--only",
               "mutual_knn,cka,rsa,relative_top1", "--permutations", "10", "--json", "--against-reference"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = parse_json(result.out);
  EXPECT_EQ(json["rows"], 1000);
  for (const auto& [key, m] : json["measures"].items()) {
    EXPECT_GT(m["low"], m["null"]["high"]) << key;
    EXPECT_GT(m["adjusted"], 0.3) << key;
  }
  EXPECT_TRUE(json["reference"].contains("mutual_knn"));
  EXPECT_TRUE(json["a"]["intrinsic_dimension"]["value"].is_number());
}

TEST_F(MeasureCli, SaysWhetherAgreementGrowsWithATrait) {
  const std::string d = dir.path("d.npy"), traits = dir.path("traits.csv");
  write(d, 200, 6, 4);
  std::ofstream(traits) << "name,family,competence\na,x,0.1\nb,x,0.2\nc,y,0.3\nd,,0.4\n";
  const std::vector<std::string> command = {
      "measure", a, b, c, d, "--only", "mutual_knn", "--permutations", "10", "--bootstrap", "0", "--traits", traits};
  const CliResult told = run_cli(command);
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_TRUE(contains(told.out, "mutual k-NN with other families, competence: ")) << told.out;
  std::vector<std::string> as_json = command;
  as_json.insert(as_json.end(), {"--json", "--html", html});
  const Json json = parse_json(run_cli(as_json).out);
  EXPECT_EQ(json["agreement"]["trends"][0]["spaces"], 4);
  EXPECT_EQ(json["agreement"]["spaces"][2]["family"], "y");
  EXPECT_TRUE(std::filesystem::exists(html));
  const CliResult few = run_cli({"measure", a, b, c, "--traits", traits});
  EXPECT_EQ(few.code, 2);
  EXPECT_TRUE(contains(few.err, "at least four spaces")) << few.err;
}

TEST_F(MeasureCli, PrintsATableAndListsItsMeasures) {
  const CliResult result = run_cli({"measure", a, b, "--permutations", "10", "--bootstrap", "20"});
  ASSERT_EQ(result.code, 0) << result.err;
  for (const char* word : {"mutual k-NN", "linear CKA", "null", "intrinsic", "200 pairs"})
    EXPECT_TRUE(contains(result.out, word)) << word << result.out;
  const CliResult list = run_cli({"measure", "--list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_TRUE(contains(list.out, "mutual_knn") && contains(list.out, "procrustes_distance")) << list.out;
}

TEST_F(MeasureCli, TakesAShortSetUnlessAllAreAskedFor) {
  const std::vector<std::string> quick = {"--permutations", "10", "--bootstrap", "0", "--json"};
  std::vector<std::string> command = {"measure", a, b};
  command.insert(command.end(), quick.begin(), quick.end());
  const Json few = parse_json(run_cli(command).out)["measures"];
  EXPECT_EQ(few.size(), 6u) << few.dump();  // cka is a family: its biased twin comes along
  for (const char* key : {"mutual_knn", "cknna", "cka", "rsa", "relative_top1"}) EXPECT_TRUE(few.contains(key)) << key;
  command.push_back("--all");
  EXPECT_GT(parse_json(run_cli(command).out)["measures"].size(), 15u);
  command.insert(command.end(), {"--only", "cka"});
  EXPECT_EQ(run_cli(command).code, 2);
}

TEST_F(MeasureCli, ManySpacesGiveMatricesAndFiles) {
  const CliResult result = run_cli({"measure", a, b, c, "--only", "knn", "--csv", csv, "--html", html, "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(parse_json(result.out)["matrices"]["mutual_knn"].size(), 3u);
  EXPECT_TRUE(contains(file_bytes(csv), "a,c,mutual_knn,"));
  EXPECT_TRUE(contains(file_bytes(html), "How alike are the spaces?"));
  const CliResult again = run_cli({"measure", a, b, c, "--only", "knn", "--csv", csv});
  EXPECT_EQ(again.code, 2);
  EXPECT_TRUE(contains(again.err, "--force")) << again.err;
  EXPECT_EQ(run_cli({"measure", a, b, c, "--only", "knn", "--csv", csv, "--force"}).code, 0);
  EXPECT_EQ(run_cli({"measure", a, b, "--csv", a, "--force"}).code, 2);
}

TEST_F(MeasureCli, LayersOfASafetensorsFile) {
  // Two tensors of 40 x 2 and one of 40 x 3: layer.2, layer.10 and other.
  const std::string layers = dir.path("layers.safetensors");
  const std::string header = R"({"layer.10":{"dtype":"F32","shape":[40,2],"data_offsets":[0,320]},)"
                             R"("layer.2":{"dtype":"F32","shape":[40,2],"data_offsets":[320,640]},)"
                             R"("scale":{"dtype":"F32","shape":[1],"data_offsets":[640,644]}})";
  std::ofstream file(layers, std::ios::binary);
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file << header;
  Random random(7);
  for (int i = 0; i < 161; ++i) {
    const auto value = static_cast<float>(random.normal());
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
  }
  file.close();
  EXPECT_EQ(list_tensors(layers), (std::vector<std::string>{"layer.2", "layer.10"}));
  EXPECT_TRUE(list_tensors(a).empty());
  const CliResult result = run_cli({"measure", "--layers", layers, layers, "--only", "mutual_knn", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = parse_json(result.out);
  EXPECT_EQ(json["layers"], true);
  EXPECT_EQ(json["selected"]["mutual_knn"]["value"], 1.0);
  EXPECT_EQ(json["selected"]["mutual_knn"]["best_of"], 4);
}

TEST_F(MeasureCli, SigintIsCode130AndWritesNothing) {
  const std::string large_a = dir.path("large-a.npy"), large_b = dir.path("large-b.npy");
  write(large_a, 5000, 64, 5);
  write(large_b, 5000, 64, 6);
  // Many minutes of permutations: it cannot have ended by itself when the signal comes.
  const CliProcess process({"measure", large_a, large_b, "--only", "mutual_knn", "--permutations", "1000000", "--html", html,
                            "--csv", csv, "--json"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  const auto start = std::chrono::steady_clock::now();
  process.signal(SIGINT);
  const CliResult result = process.wait();
  EXPECT_EQ(result.code, 130) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_FALSE(std::filesystem::exists(html));
  EXPECT_FALSE(std::filesystem::exists(csv));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(html).parent_path()))
    ++files;
  EXPECT_EQ(files, 5u) << "something was left beside the inputs";
}

TEST_F(MeasureCli, BadUseIsCode2WithAHint) {
  const std::string few = dir.path("few.npy");
  write(few, 10, 8, 4);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"measure"},
                                             {"measure", a},
                                             {"measure", a, few},
                                             {"measure", few, few},
                                             {"measure", a, dir.path("missing.npy")},
                                             {"measure", a, b, "--k", "200"},
                                             {"measure", a, b, "--k", "1"},
                                             {"measure", a, b, "--only", "vibes"},
                                             {"measure", a, b, "--permutations", "2"},
                                             {"measure", a, b, "--name", "one"},
                                             {"measure", a, b, c, "--layers"}}) {
    const CliResult result = run_cli(arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "vec2vec: error: ")) << result.err;
  }
}

}  // namespace
}  // namespace vec2vec
