// SPDX-License-Identifier: Apache-2.0
// What a user types who does not know the program yet: misspelt words, arguments in the wrong place, names of the wrong kind.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "contains.h"
#include "core/text/json.h"
#include "random_matrix.h"
#include "vec2vec/align.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

class Usage : public ::testing::Test {
 protected:
  void SetUp() override {
    write(a, random_matrix(200, 8, 1));
    write(b, random_matrix(200, 8, 2));
    Map paired = fit_paired(random_matrix(200, 8, 1), random_matrix(200, 8, 2));
    paired.save(map, false);
  }
  static void write(const std::string& path, const Matrix& rows) {
    const auto sink = create_rows(path, rows.rows(), rows.cols());
    sink->write(rows);
    sink->commit();
  }
  /// Code 2, and an error that has every part.
  static void expect_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    const CliResult result = run_cli(arguments);
    EXPECT_EQ(result.code, 2) << result.out;
    EXPECT_EQ(result.out, "");
    for (const std::string& part : parts) EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
  }

  TempDir dir;
  const std::string a = dir.path("a.npy"), b = dir.path("b.npy"), map = dir.path("map.safetensors"), out = dir.path("out.npy");
};

TEST_F(Usage, AMisspeltCommandIsToldTheOneThatWasMeant) {
  expect_refused({"algin", a, b}, {"there is no command 'algin'", "vec2vec align: did you mean that?"});
  expect_refused({"translte"}, {"'translte'", "vec2vec translate: did you mean that?"});
  expect_refused({"frobnicate"}, {"'frobnicate'", "one of align, translate"});
  expect_refused({}, {"no command was given", "one of align, translate"});
  expect_refused({"--seed", "1", "align", a, b}, {"the command comes first", "--seed"});
}

TEST_F(Usage, AMisspeltOptionIsToldTheOneThatWasMeant) {
  expect_refused({"align", a, b, "-o", map, "--efort", "low"}, {"align has no option --efort", "--effort: did you mean that?"});
  expect_refused({"align", a, b, "--ouput", map}, {"align has no option --ouput", "--output: did you mean that?"});
  expect_refused({"align", a, b, "-o", map, "--raw-dim", "8"}, {"align has no option --raw-dim", "--raw-dim-"});
  expect_refused({"align", a, b, "-o", map, "--frobnicate"}, {"align has no option --frobnicate", "vec2vec align --help"});
  expect_refused({"translate", map, a, "more.npy", "-o", out}, {"takes no further argument 'more.npy'", "MAP IN"});
  expect_refused({"translate", map, a}, {"--output is required", "vec2vec translate MAP IN"});
}

TEST_F(Usage, ValuesThatDoNotExistAreAnsweredWithThoseThatDo) {
  expect_refused({"align", a, b, "-o", out, "--effort", "turbo"}, {"low, normal or high", "90s, 5m or 1h", "'turbo'"});
  expect_refused({"align", a, b, "-o", out, "--effort", "0s"}, {"low, normal or high"});
  expect_refused({"align", a, b, "-o", out, "--effort", "-5m"}, {"low, normal or high"});
  expect_refused({"align", a, b, "-o", out, "--time-budget", "soon"}, {"a time such as 90s, 5m or 1h", "'soon'"});
  expect_refused({"align", a, b, "-o", out, "--method", "linaer"},
                 {"--method must be one of linear, neural", "did you mean linear?"});
  expect_refused({"audit", a, "--public-vectors", b, "-o", dir.path("r.html"), "--fail-at", "none-found"},
                 {"one of low, moderate, high"});
}

TEST_F(Usage, ANegativeSeedIsNoSeed) {
  for (const char* seed : {"-1", "1.5", "x", "18446744073709551616", ""})
    expect_refused({"align", a, b, "-o", dir.path("m.safetensors"), "--seed", seed}, {"--seed must be a whole number from 0"});
  expect_refused({"measure", a, b, "--seed=-1"}, {"--seed must be a whole number from 0"});
}

TEST_F(Usage, SwappedArgumentsAreRecognised) {
  expect_refused({"translate", a, map, "-o", out}, {"in each other's place", "swap them: " + map + " " + a});
  expect_refused({"evaluate", "--map", a, map, b}, {"swap them"});
  expect_refused({"align", map, b, "-o", dir.path("m.safetensors")}, {"is a map, not vectors", "vec2vec inspect"});
  expect_refused({"align", a, map, "-o", dir.path("m.safetensors")}, {"is a map, not vectors"});
  expect_refused({"measure", a, map}, {"is a map, not vectors"});
  expect_refused({"evaluate", map, b}, {"is a map, not vectors"});
  expect_refused({"audit", map, "--public-vectors", b, "-o", dir.path("r.html")}, {"is a map, not vectors"});
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Usage, OutputsWhoseNameIsOfAnotherKindAreRefused) {
  for (const char* name : {"map.json", "map.npy", "map.CSV", "map.pt"})
    expect_refused({"align", a, b, "-o", dir.path(name)}, {"a map (safetensors)", "map.safetensors"});
  expect_refused({"translate", map, a, "-o", dir.path("out.xyz")}, {".npy", ".safetensors"});
  expect_refused({"measure", a, b, "--report", dir.path("heat.csv")}, {"an HTML page", "heat.html"});
  expect_refused({"measure", a, b, "--csv", dir.path("all.html")}, {"a CSV table", "all.csv"});
  expect_refused({"audit", a, "--public-vectors", b, "-o", dir.path("report.pdf")}, {"an HTML page", "report.html"});
  expect_refused({"align", a, b, "-o", "-"}, {"Standard output is not written to", "--json"});
  EXPECT_FALSE(std::filesystem::exists("-"));
  // A name without an ending, or with one that is part of the name, is nobody's mistake.
  for (const char* name : {"map", "map.v2"})
    EXPECT_NE(run_cli({"align", a, b, "-o", dir.path(name), "--paired", "--procrustes"}).code, 2) << name;
}

TEST_F(Usage, TheSameFileTwiceIsRemarked) {
  const std::string copy = dir.path("copy.npy");
  std::filesystem::copy_file(a, copy);
  const CliResult twice = run_cli({"align", a, a, "-o", dir.path("m.safetensors"), "--paired"});
  EXPECT_EQ(twice.code, 0) << twice.err;
  EXPECT_TRUE(contains(twice.err, "note: " + a + " is given twice")) << twice.err;
  const CliResult same = run_cli({"measure", a, copy, "--only", "cka"});
  EXPECT_TRUE(contains(same.err, a + " and " + copy + " hold the same bytes")) << same.err;
  EXPECT_TRUE(contains(run_cli({"evaluate", a, a}).err, "is given twice"));
  EXPECT_FALSE(contains(run_cli({"measure", a, b, "--only", "cka"}).err, "note:"));
  EXPECT_FALSE(contains(run_cli({"measure", a, a, "--only", "cka", "--quiet"}).err, "note:"));
}

TEST_F(Usage, PipesAreRefusedByName) {
  const std::string pipe = dir.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_refused({"inspect", pipe}, {"is a pipe or a device", "write it to a file first"});
  expect_refused({"inspect", "-"}, {"is a pipe or a device", "write it to a file first"});
  expect_refused({"align", a, "/dev/stdin", "-o", dir.path("m.safetensors")}, {"is a pipe or a device"});  // /dev/null here
  expect_refused({"translate", "-", a, "-o", out}, {"is a pipe or a device"});
  // A file that the shell opens as standard input is a file like any other.
  const std::string command = std::string(VEC2VEC_CLI) + " inspect /dev/stdin --json <" + a + " >" + dir.path("out.json");
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(parse_json(file_bytes(dir.path("out.json")))["rows"], 200);
}

TEST_F(Usage, OptionsOfTheNeuralMethodHaveAHelpOfTheirOwn) {
  const CliResult help = run_cli({"align", "--help"}), neural = run_cli({"align", "--help-neural"});
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(neural.code, 0);
  EXPECT_EQ(neural.err, "");
  EXPECT_TRUE(contains(help.out, "--help-neural"));
  for (const char* option : {"--preset", "--discriminator-rate", "--matching-temperature", "--plot"}) {
    const std::string line = std::string("\n  ") + option + " ";  // an example below may name it
    EXPECT_FALSE(contains(help.out, line)) << option;
    EXPECT_TRUE(contains(neural.out, line)) << option;
  }
  for (const char* option : {"--pairs", "--effort", "--partial"}) EXPECT_TRUE(contains(help.out, option)) << option;
}

TEST_F(Usage, OptionsThatHelpLeavesOutAreNamedInErrors) {
  const auto refused = [&](const std::string& option, const std::string& value, const std::string& sentence) {
    expect_refused({"align", a, b, "-o", dir.path("m.safetensors"), "--method", "neural", option, value}, {sentence});
  };
  refused("--seeds", "99", "--seeds must lie between 1 and 64; is '99'");
  refused("--blend", "7", "--blend must lie between 0 and 1; is '7'");
  refused("--preset", "refined", "--preset must be one of refine, paper; is 'refined' (did you mean refine?)");
  refused("--steps", "many", "--steps must be a whole number of at least 0, is many");
}

TEST_F(Usage, AProbabilityIsNeverPrintedAsCertain) {
  const CliResult result = run_cli({"align", a, b, "-o", dir.path("m.safetensors"), "--effort", "low"});
  EXPECT_FALSE(contains(result.out, "probability of success           0.000")) << result.out;
  EXPECT_FALSE(contains(result.out, "probability of success           1.000")) << result.out;
}

}  // namespace
}  // namespace vec2vec
