#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/run_cli.h"
#include "encode/tiny_model.h"
#include "language/tiny_gguf.h"
#include "vec2vec/encode.h"
#include "vec2vec/language_model.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<Json> json_lines(const std::string& path) {
  std::istringstream file(file_bytes(path));
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
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
      run_cli(command("out.jsonl", {"--rows", "4", "--truth", dir.path("texts.txt"), "--bootstrap", "50", "--json"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = Json::parse(result.out);
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
  EXPECT_EQ(Json::parse(file_bytes(dir.path("out.jsonl.provenance.json"))).at("from").at("vectors"), json.at("vectors"));

  EXPECT_EQ(run_cli(command("out.jsonl")).code, 2) << "nothing is overwritten unasked";
}

TEST_F(InvertCli, GoesOnAfterKill9AndEndsWithTheSameBytes) {
  ASSERT_EQ(run_cli(command("whole.jsonl")).code, 0);
  const std::string partial = dir.path("cut.jsonl.partial");
  const CliProcess process(command("cut.jsonl"));
  // The identity is about 2 KB; some rows more.
  std::error_code none;
  std::uintmax_t first = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::uintmax_t size = std::filesystem::file_size(partial, none);
    if (!none && first == 0) first = size;
    if (!none && first > 0 && size > first) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.signal(SIGKILL);
  ASSERT_EQ(process.wait().code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(dir.path("cut.jsonl")));
  EXPECT_EQ(run_cli(command("cut.jsonl", {"--seed", "5"})).code, 2) << "another run's rows are not taken";
  const CliResult again = run_cli(command("cut.jsonl", {"--json"}));
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_GT(Json::parse(again.out).at("resumed_rows"), 0);
  EXPECT_EQ(file_bytes(dir.path("cut.jsonl")), file_bytes(dir.path("whole.jsonl")));
}

TEST_F(InvertCli, SaysWhatDoesNotFit) {
  write_text(dir.path("short.txt"), "one line\n");
  const CliResult truth = run_cli(command("out.jsonl", {"--truth", dir.path("short.txt")}));
  EXPECT_EQ(truth.code, 2);
  EXPECT_TRUE(contains(truth.err, "has 1 lines for 12 vectors")) << truth.err;
  std::filesystem::remove(dir.path("tiny.gguf"));
  const CliResult model = run_cli(command("out.jsonl"));
  EXPECT_EQ(model.code, 2);
  EXPECT_TRUE(contains(model.err, "there is no such file")) << model.err;
}

}  // namespace
}  // namespace vec2vec
