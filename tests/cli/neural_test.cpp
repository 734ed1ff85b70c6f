// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "core/random.h"
#include "core/text/json.h"
#include "vec2vec/map.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

/// Two small sets of paired rows, and the linear map of the pairs.
class NeuralCli : public ::testing::Test {
 protected:
  void SetUp() override {
    Random random(1);
    Matrix x(700, 16), y(700, 12);
    for (Index i = 0; i < 700; ++i) {
      for (Index c = 0; c < 16; ++c) x(i, c) = static_cast<float>(random.normal() / (1.0 + static_cast<double>(c)));
      for (Index c = 0; c < 12; ++c) y(i, c) = x(i, c) + 0.2f * x(i, c) * x(i, c);
    }
    for (const auto& [path, rows] : {std::pair(a, &x), std::pair(b, &y)}) {
      const auto sink = create_rows(path, rows->rows(), rows->cols());
      sink->write(*rows);
      sink->commit();
    }
    ASSERT_EQ(run_cli({"align", a, b, "-o", linear, "--paired", "--procrustes"}).code, 0);
  }
  std::vector<std::string> train(const std::string& output, const std::vector<std::string>& more = {},
                                 const char* steps = "40") const {
    std::vector<std::string> all = {"align",   a,         b,         "-o",        output,     "--method", "neural",
                                    "--start", linear,    "--steps", steps,       "--period", "10",       "--batch",
                                    "32",      "--width", "32",      "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  TempDir dir;
  const std::string a = dir.path("a.npy"), b = dir.path("b.npy"), linear = dir.path("linear.safetensors"),
                    map = dir.path("map.safetensors"), out = dir.path("out.npy");
};

TEST_F(NeuralCli, ItsMapWorksWhereALinearOneDoes) {
  const std::string log = dir.path("log.csv");
  const CliResult result = run_cli(train(map, {"--log", log, "--json"}));
  ASSERT_EQ(result.code, 3) << result.err;  // the map of pairs has no verdict
  const auto json = parse_json(result.out);
  EXPECT_EQ(json.at("steps"), 40);
  EXPECT_EQ(json.at("verdict"), "UNCERTAIN");
  EXPECT_GE(json.at("best_score"), json.at("start_score"));
  const std::string lines = file_bytes(log);
  EXPECT_EQ(lines.substr(0, 26), "seed,step,pair_free_score,");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 6);

  EXPECT_EQ(run_cli({"translate", map, a, "-o", out}).code, 0);
  EXPECT_EQ(run_cli({"evaluate", "--map", map, a, b}).code, 0);
  const CliResult inspected = run_cli({"inspect", map});
  EXPECT_EQ(inspected.code, 0) << inspected.err;
  EXPECT_NE(inspected.out.find("neural, unpaired, from the linear map"), std::string::npos) << inspected.out;
}

TEST_F(NeuralCli, PairsSeedsAndThePlot) {
  const std::string pairs = dir.path("pairs.csv"), plot = dir.path("training.html");
  std::ofstream(pairs) << "0,0\n5,5\n9,9\n";
  const CliResult result = run_cli(train(map, {"--pairs", pairs, "--seeds", "2", "--plot", plot, "--close", "yes", "--json"}));
  ASSERT_EQ(result.code, 3) << result.err;
  EXPECT_EQ(parse_json(result.out).at("score"), "pair-free");
  EXPECT_NE(file_bytes(plot).find("\"pairs\""), std::string::npos);
  EXPECT_NE(run_cli({"inspect", map}).out.find("neural, known pairs, from the linear map"), std::string::npos);
}

TEST_F(NeuralCli, KilledInMidTrainingItGoesOnToTheSameBytes) {
  const char* const kSteps = "400";  // the kill must come before the end
  ASSERT_EQ(run_cli(train(map, {}, kSteps)).code, 3);
  const std::string killed = dir.path("killed.safetensors"), checkpoint = dir.path("checkpoint");
  ASSERT_EQ(run_cli(train(killed, {"--checkpoint", checkpoint}, kSteps), "9 rename 2").code, 128 + SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(checkpoint));
  ASSERT_FALSE(std::filesystem::exists(killed));
  ASSERT_EQ(run_cli(train(killed, {"--checkpoint", checkpoint}, kSteps)).code, 3);
  EXPECT_EQ(file_bytes(killed), file_bytes(map));
}

TEST_F(NeuralCli, BadArgumentsAreCode2WithAHint) {
  const std::vector<std::vector<std::string>> wrong = {{"--loss", "beauty=1"},     {"--loss", "cycle=-1"},  {"--loss", "cycle"},
                                                       {"--preset", "nonsense"},   {"--init", "magic"},     {"--batch", "1"},
                                                       {"--start", dir.path("x")}, {"--precision", "int4"}, {"--seeds", "0"},
                                                       {"--preserve", "it"},       {"--close", "maybe"},    {"--blend", "2"}};
  for (const auto& arguments : wrong) {
    std::vector<std::string> all = {"align", a, b, "-o", map, "--method", "neural"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const CliResult result = run_cli(all);
    EXPECT_EQ(result.code, 2) << arguments[1];
    EXPECT_NE(result.err.find("\n  try: "), std::string::npos) << result.err;
  }
  EXPECT_FALSE(std::filesystem::exists(map));
}

}  // namespace
}  // namespace vec2vec
