// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/run_cli.h"
#include "contains.h"
#include "core/text/json.h"
#include "encode/tiny_model.h"
#include "language/judge_server.h"
#include "language/tiny_gguf.h"
#include "vec2vec/encode.h"
#include "vec2vec/endpoint_judge.h"
#include "vec2vec/language_model.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

std::vector<Json> json_lines(const std::string& path) {
  std::istringstream file(file_bytes(path));
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(parse_json(line));
  return lines;
}

class InvertCli : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_encoders() || !has_language_models()) GTEST_SKIP() << "built without OpenVINO or llama.cpp";
    TinyModel("bert").save(dir.path("encoder"));
    write_tiny_gguf(dir.path("tiny.gguf"));
    std::string lines;
    for (int i = 0; i < 12; ++i)
      lines += i % 3 == 0 ? "the cat sat\n" : i % 3 == 1 ? "the unhappy cats, the cafe\n" : "cafe sat\n";
    write_text(dir.path("texts.txt"), lines);
    ASSERT_EQ(run_cli({"encode", dir.path("encoder"), dir.path("texts.txt"), "-o", dir.path("rows.npy"), "--quiet"}).code, 0);
  }
  std::vector<std::string> command(const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"invert",       dir.path("rows.npy"),
                                    "--encoder",    dir.path("encoder"),
                                    "--lm",         dir.path("tiny.gguf"),
                                    "-o",           dir.path(out),
                                    "--beam",       "3",
                                    "--max-tokens", "6",
                                    "--rounds",     "3",
                                    "--edits",      "12",
                                    "--threads",    "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  TempDir dir;
};

TEST_F(InvertCli, WritesATextARowAndScoresIt) {
  const CliResult result =
      run_cli(command("out.jsonl", {"--max-rows", "4", "--store-texts", dir.path("texts.txt"), "--bootstrap", "50", "--json"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = parse_json(result.out);
  const auto lines = json_lines(dir.path("out.jsonl"));
  ASSERT_EQ(lines.size(), 4u);
  double cosine = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(lines[i].at("row"), 3 * i) << "rows are spread evenly";
    EXPECT_FALSE(lines[i].at("text").get<std::string>().empty());
    cosine += lines[i].at("cosine").get<double>() / 4;
  }
  EXPECT_NEAR(json.at("mean_cosine").get<double>(), cosine, 1e-9);
  const Json& scores = json.at("scores").at("found").at(0);
  EXPECT_EQ(scores.at("rows"), 4);
  EXPECT_TRUE(scores.at("leak").contains("null_high"));
  EXPECT_EQ(scores.at("numbers"), nullptr) << "the true texts have none";
  EXPECT_EQ(json.at("options").at("beam"), 3);
  EXPECT_EQ(parse_json(file_bytes(dir.path("out.jsonl.provenance.json"))).at("from").at("vectors"), json.at("vectors"));

  EXPECT_EQ(run_cli(command("out.jsonl")).code, 2) << "nothing is overwritten unasked";
}

TEST_F(InvertCli, IsGuidedByAllKnownSpacesOfAMap) {
  TinyModel::relative_of("bert").save(dir.path("second"));
  std::string lines;
  for (int i = 0; i < 120; ++i) lines += std::string(i % 2 ? "the cat" : "unhappy cats") + (i % 3 ? " sat" : ", cafe") + "\n";
  write_text(dir.path("public.txt"), lines);
  for (const char* model : {"encoder", "second"})
    ASSERT_EQ(
        run_cli({"encode", dir.path(model), dir.path("public.txt"), "-o", dir.path(std::string(model) + ".npy"), "--quiet"})
            .code,
        0);
  const std::string map = dir.path("map");
  run_cli(
      {"align", dir.path("encoder.npy"), dir.path("encoder.npy"), dir.path("second.npy"), "-o", map, "--paired", "--quiet"});
  const std::vector<std::string> read = {"--map", map, "--max-rows", "3", "--public", dir.path("public.txt"), "--json"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), read.begin(), read.end());
    return more;
  };
  const CliResult both = run_cli(command("both.jsonl", with({"--encoder", dir.path("second")})));
  ASSERT_EQ(both.code, 0) << both.err;
  const Json json = parse_json(both.out);
  EXPECT_EQ(json.at("encoders").at(1).at("name"), "second");
  EXPECT_GT(json.at("mean_cosine").get<double>(), 0);
  // Files of the vectors in the place of encoding: the same texts, up to the last bits of the vectors.
  const CliResult files =
      run_cli(command("files.jsonl", with({"--encoder", dir.path("second"), "--public-vectors", dir.path("encoder.npy"),
                                           "--public-vectors", dir.path("second.npy")})));
  ASSERT_EQ(files.code, 0) << files.err;
  EXPECT_NEAR(parse_json(files.out).at("mean_nearest_cosine").get<double>(), json.at("mean_nearest_cosine").get<double>(),
              1e-4);
  EXPECT_EQ(run_cli(command("alone.jsonl", with({"--to", "encoder"}))).code, 0);

  const auto refusal = [&](const std::vector<std::string>& more) {
    const CliResult result = run_cli(command("none.jsonl", more));
    EXPECT_EQ(result.code, 2);
    return result.err;
  };
  EXPECT_TRUE(contains(refusal(with({})), "The map has the known spaces encoder, second; one was given"));
  EXPECT_TRUE(contains(refusal({"--encoder", dir.path("second")}), "no map translates")) << "native vectors are of one model";
  EXPECT_TRUE(contains(refusal(with({"--encoder", dir.path("encoder")})), "given twice"));
  EXPECT_TRUE(contains(refusal(with({"--encoder", dir.path("second"), "--public-vectors", dir.path("second.npy")})),
                       "is given once for 2 known spaces"));
}

TEST_F(InvertCli, GoesOnAfterKill9AndEndsWithTheSameBytes) {
  ASSERT_EQ(run_cli(command("whole.jsonl")).code, 0);
  // The identity and two rows.
  ASSERT_EQ(run_cli(command("cut.jsonl"), "9 sync 4").code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(dir.path("cut.jsonl")));
  EXPECT_EQ(run_cli(command("cut.jsonl", {"--seed", "5"})).code, 2) << "another run's rows are not taken";
  const CliResult again = run_cli(command("cut.jsonl", {"--json"}));
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_GT(parse_json(again.out).at("resumed_rows"), 0);
  EXPECT_EQ(file_bytes(dir.path("cut.jsonl")), file_bytes(dir.path("whole.jsonl")));
}

TEST_F(InvertCli, AsksAnEndpointOnlyWhenOneIsNamed) {
  if (!has_judge_endpoints()) GTEST_SKIP() << "built without libcurl";
  const JudgeServer server;
  setenv("VEC2VEC_JUDGE_KEY", "k-1", 1);
  const std::vector<std::string> scored = {"--max-rows", "3", "--store-texts", dir.path("texts.txt"), "--json"};
  ASSERT_EQ(run_cli(command("local.jsonl", scored)).code, 0);
  EXPECT_TRUE(server.requests().empty());

  std::vector<std::string> judged = scored;
  judged.insert(judged.end(), {"--public", dir.path("texts.txt"), "--judge-endpoint", server.url(), "--judge-model", "words"});
  const CliResult result = run_cli(command("judged.jsonl", judged));
  ASSERT_EQ(result.code, 0) << result.err;
  const Json scores = parse_json(result.out).at("scores");
  EXPECT_EQ(scores.at("judge").at("model"), "words");
  EXPECT_EQ(scores.at("judge").at("url"), server.url());
  EXPECT_GT(scores.at("judge").at("least_answer"), 0);
  EXPECT_EQ(scores.at("found").at(0).at("leak").at("rows"), 3);
  const auto requests = server.requests();
  EXPECT_EQ(requests.size(), 1u + 100u + 3 * 4) << "one to try it, unrelated pairs, and each row with 3 others";
  EXPECT_EQ(requests[0]["key"], "Bearer k-1");
  EXPECT_EQ(requests[0]["body"].dump().find("unhappy"), std::string::npos) << "the first one holds no text of the store";
  EXPECT_EQ(result.out.find("k-1"), std::string::npos);

  EXPECT_EQ(run_cli(command("none.jsonl", {"--judge-endpoint", server.url(), "--judge-model", "words"})).code, 2);
  EXPECT_TRUE(contains(run_cli({"invert", "--help"}).out, "leave the machine"));
}

TEST_F(InvertCli, KeepsItsRowsWhenTheEndpointFails) {
  if (!has_judge_endpoints()) GTEST_SKIP() << "built without libcurl";
  JudgeServer server;
  const auto judged = [&](const char* model) {
    return command("out.jsonl", {"--max-rows", "3", "--store-texts", dir.path("texts.txt"), "--json", "--judge-endpoint",
                                 server.url(), "--judge-model", model});
  };
  const CliResult later = run_cli(judged("fails-later"));
  EXPECT_EQ(later.code, 2);
  EXPECT_TRUE(contains(later.err, "answered with status 500")) << later.err;
  EXPECT_FALSE(std::filesystem::exists(dir.path("out.jsonl")));
  const CliResult again = run_cli(judged("words"));
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(parse_json(again.out).at("resumed_rows"), 3);

  std::filesystem::remove(dir.path("out.jsonl"));
  server.stop();
  const CliResult down = run_cli(judged("words"));
  EXPECT_EQ(down.code, 2);
  EXPECT_TRUE(contains(down.err, "cannot be asked")) << down.err;
  EXPECT_FALSE(std::filesystem::exists(dir.path("out.jsonl.partial"))) << "told before the search, not behind it";
}

TEST_F(InvertCli, SaysWhatDoesNotFit) {
  write_text(dir.path("short.txt"), "one line\n");
  const CliResult truth = run_cli(command("out.jsonl", {"--store-texts", dir.path("short.txt")}));
  EXPECT_EQ(truth.code, 2);
  EXPECT_TRUE(contains(truth.err, "has 1 lines for 12 vectors")) << truth.err;
  std::filesystem::remove(dir.path("tiny.gguf"));
  const CliResult model = run_cli(command("out.jsonl"));
  EXPECT_EQ(model.code, 2);
  EXPECT_TRUE(contains(model.err, "There is no such file")) << model.err;
}

}  // namespace
}  // namespace vec2vec
