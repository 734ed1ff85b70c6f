// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/run_cli.h"
#include "core/text/json.h"

namespace vec2vec {
namespace {

/// The environment has the variable while this object lives.
class WithVariable {
 public:
  WithVariable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~WithVariable() { unsetenv(name_); }
  WithVariable(const WithVariable&) = delete;
  WithVariable& operator=(const WithVariable&) = delete;

 private:
  const char* name_;
};

/// No line is wider than 80, and there are no more than 24.
void expect_fits(const std::string& out) {
  std::istringstream lines(out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_LE(count, 24) << out;
}

TEST(Demo, AlignsTranslatesAndScoresAndLeavesAPage) {
  TempDir dir;
  const std::string folder = dir.path("demo");
  const CliResult demo = run_cli({"demo", "-o", folder});
  ASSERT_EQ(demo.code, 0) << demo.err;
  for (const char* part :
       {"$ vec2vec align ", "\nALIGNED ", "$ vec2vec translate ", "$ vec2vec evaluate ", "top-1 ", "next: look at "})
    EXPECT_NE(demo.out.find(part), std::string::npos) << part << "\n" << demo.out;
  for (const char* file : {"map.safetensors", "report.html", "report.json", "minilm-in-mpnet.npy"})
    EXPECT_TRUE(std::filesystem::exists(folder + "/" + file)) << file;

  const CliResult again = run_cli({"demo", "-o", folder});
  EXPECT_EQ(again.code, 2) << "nothing is overwritten unasked";
  EXPECT_NE(again.err.find("--force"), std::string::npos) << again.err;
}

TEST(Doctor, SaysWhatIsThereAndHowToGetTheRest) {
  const CliResult told = run_cli({"doctor", "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const nlohmann::json json = parse_json(told.out);
  EXPECT_GT(json.at("cores").get<int>(), 0);
  ASSERT_EQ(json.at("parts").size(), 5u);
  for (const auto& part : json.at("parts")) EXPECT_NE(part.at("there").get<bool>(), part.contains("get")) << part;
  EXPECT_TRUE(json.at("parts").back().at("there").get<bool>()) << "the demo's data of this clone";
  const CliResult shown = run_cli({"doctor"});
  expect_fits(shown.out);
  EXPECT_NE(shown.out.find("next: vec2vec demo"), std::string::npos) << shown.out;
}

TEST(Terminal, SummariesFitItAndEndWithWhatToDoNext) {
  const std::string data = VEC2VEC_DEMO_DATA;
  TempDir dir;
  std::filesystem::create_symlink(data, dir.path("d"));
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path("."));  // short names, as users have them
  const WithVariable columns("COLUMNS", "80");
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"align", "d/minilm.pairs.npy", "d/mpnet.pairs.npy", "-o", "m.safetensors", "--effort", "low"},
           {"align", "d/minilm.pairs.npy", "d/mpnet.pairs.npy", "-o", "p.safetensors", "--paired"},
           {"measure", "d/minilm.eval.npy", "d/mpnet.eval.npy", "--bootstrap", "10"},
           {"audit", "d/minilm.eval.npy", "--public-vectors", "d/mpnet.b.npy", "--map", "p.safetensors", "--defences", "rotate",
            "-o", "r.html", "--effort", "low"}}) {
    const CliResult result = run_cli(command);
    EXPECT_NE(result.out.find("\nnext: "), std::string::npos) << command[0] << result.out << result.err;
    if (command[0] != "measure") expect_fits(result.out);
  }
  std::filesystem::current_path(before);
}

TEST(Terminal, HasColoursUnlessTheyAreNotWanted) {
  if (std::system("command -v script >/dev/null 2>&1") != 0) GTEST_SKIP() << "no `script` here, which stands for a terminal";
  TempDir dir;
  const std::string log = dir.path("log");
  const auto on_a_terminal = [&](const std::string& environment) {
    const std::string command =
        environment + " script -qec '" VEC2VEC_CLI " doctor' /dev/null >" + log + " 2>/dev/null </dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return file_bytes(log);
  };
  EXPECT_NE(on_a_terminal("TERM=xterm").find("\033["), std::string::npos);
  EXPECT_EQ(on_a_terminal("TERM=xterm NO_COLOR=1").find("\033["), std::string::npos);
  EXPECT_EQ(on_a_terminal("TERM=dumb").find("\033["), std::string::npos);
  EXPECT_EQ(run_cli({"doctor"}).out.find("\033["), std::string::npos) << "not into a file";
}

}  // namespace
}  // namespace vec2vec
