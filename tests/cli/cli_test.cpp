// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/run_cli.h"
#include "contains.h"
#include "core/random.h"
#include "core/text/json.h"
#include "vec2vec/map.h"
#include "vec2vec/rows.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

/// Writes n rows of a mixture of 30 Gaussians; the seed chooses the rows, the centres are always the same.
void write_rows(const std::string& path, Index n, Index dim, std::uint64_t seed) {
  constexpr Index kClusters = 30;
  Random centres_random(99), random(seed);
  Matrix centres(kClusters, dim), rows(n, dim);
  for (Index i = 0; i < kClusters * dim; ++i) centres.data()[i] = static_cast<float>(centres_random.normal());
  for (Index i = 0; i < n; ++i) {
    const Index cluster = random.below(kClusters);
    for (Index j = 0; j < dim; ++j) rows(i, j) = centres(cluster, j) + static_cast<float>(0.5 * random.normal());
  }
  const auto sink = create_rows(path, n, dim);
  sink->write(rows);
  sink->commit();
}

/// A folder with two sets of paired rows, and the map of the pairs.
class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    write_rows(a, 600, 12, 1);
    write_rows(b, 600, 12, 1);
  }
  void make_map() {
    const CliResult result = run_cli({"align", a, b, "-o", map, "--paired"});
    ASSERT_EQ(result.code, 0) << result.err;
  }

  TempDir dir;
  const std::string a = dir.path("a.npy"), b = dir.path("b.npy"), map = dir.path("map.safetensors"), out = dir.path("out.npy");
};

const std::vector<std::string> kCommands = {"align",   "translate", "export", "evaluate", "measure",
                                            "inspect", "encode",    "defend", "gate"};

TEST_F(Cli, HelpOfEveryCommandHasExamplesAndCommonOptions) {
  const CliResult all = run_cli({"--help"});
  EXPECT_EQ(all.code, 0);
  for (const std::string& command : kCommands) {
    EXPECT_TRUE(contains(all.out, command));
    const CliResult help = run_cli({command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_TRUE(contains(help.out, "Examples:\n  vec2vec " + command)) << help.out;
    for (const char* option : {"--json", "--seed", "--threads", "--quiet"})
      EXPECT_TRUE(contains(help.out, option)) << command << option;
    EXPECT_EQ(help.err, "");
  }
}

TEST_F(Cli, PrintsItsVersion) {
  const CliResult result = run_cli({"--version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(result.out.starts_with(std::string("vec2vec ") + version() + "\nkernels for ")) << result.out;
}

TEST_F(Cli, WrongUsageIsCode2WithAHint) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"fly"},
      {"align", a, b},
      {"align", a, b, "-o", map, "--frobnicate"},
      {"align", a, b, "-o", map, "--threads", "-1"},
      {"align", a, b, "-o", map, "--seed", "x"},
      {"align", a, b, "-o", map, "--time-budget", "soon"},
      {"translate", map, a, "-o", out, "--type", "float8"},
      {"evaluate", a, b, "--pool", "1"},
      {"inspect"},
  };
  for (const auto& arguments : wrong) {
    const CliResult result = run_cli(arguments);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "vec2vec: error: ") && contains(result.err, "--help")) << result.err;
  }
}

TEST_F(Cli, MissingFilesAreCode2AndNamed) {
  const std::string missing = dir.path("missing.npy");
  make_map();
  const std::vector<std::vector<std::string>> commands = {
      {"align", missing, b, "-o", out},
      {"align", a, missing, "-o", out},
      {"translate", missing, a, "-o", out},
      {"translate", map, missing, "-o", out},
      {"evaluate", missing, b},
      {"evaluate", a, missing},
      {"evaluate", "--map", missing, a, b},
      {"inspect", missing},
  };
  for (const auto& arguments : commands) {
    const CliResult result = run_cli(arguments);
    EXPECT_EQ(result.code, 2) << arguments[0];
    EXPECT_TRUE(contains(result.err, "missing.npy")) << result.err;
    EXPECT_TRUE(contains(result.err, "\n  try: ")) << result.err;
  }
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Cli, NeverOverwritesWithoutForce) {
  make_map();
  const std::string before = file_bytes(map);
  const CliResult again = run_cli({"align", a, b, "-o", map, "--paired", "--max-rows", "300"});
  EXPECT_EQ(again.code, 2);
  EXPECT_TRUE(contains(again.err, "--force")) << again.err;
  EXPECT_EQ(file_bytes(map), before);
  EXPECT_EQ(run_cli({"align", a, b, "-o", map, "--paired", "--max-rows", "300", "--force"}).code, 0);
  EXPECT_NE(file_bytes(map), before);

  EXPECT_EQ(run_cli({"translate", map, a, "-o", out}).code, 0);
  EXPECT_EQ(run_cli({"translate", map, a, "-o", out}).code, 2);
  EXPECT_EQ(run_cli({"translate", map, a, "-o", out, "--force"}).code, 0);
}

TEST_F(Cli, NeverWritesOverAnInput) {
  const std::string before = file_bytes(a);
  EXPECT_EQ(run_cli({"align", a, b, "-o", a, "--force", "--paired"}).code, 2);
  EXPECT_EQ(file_bytes(a), before);
  make_map();
  EXPECT_EQ(run_cli({"translate", map, a, "-o", a, "--force"}).code, 2);
  EXPECT_EQ(file_bytes(a), before);
}

TEST_F(Cli, AnOutputThatCannotBeWrittenIsRefused) {
  const CliResult no_folder = run_cli({"align", a, b, "-o", dir.path("none/map.safetensors")});
  EXPECT_EQ(no_folder.code, 2);
  EXPECT_TRUE(contains(no_folder.err, "folder")) << no_folder.err;
  EXPECT_EQ(run_cli({"align", a, b, "-o", dir.path("."), "--force"}).code, 2);
  make_map();
  EXPECT_EQ(run_cli({"translate", map, a, "-o", dir.path("out.unknown")}).code, 2);
}

/// Files of this process and its children may not grow beyond `bytes`: writes fail as they do on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  void (*handler_)(int);
};

TEST_F(Cli, AFullDiskLeavesNothingBehind) {
  make_map();
  const std::string many = dir.path("many.npy");
  write_rows(many, 6000, 12, 1);
  auto files = [&] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path("."))) names.insert(entry.path().filename());
    return names;
  };
  const auto before = files();
  const FileSizeLimit limit(100000);
  for (const char* name : {"out.npy", "out.safetensors", "out.fvecs", "out.csv"}) {
    const CliResult result = run_cli({"translate", map, many, "-o", dir.path(name)});
    EXPECT_EQ(result.code, 2) << name;
    EXPECT_TRUE(contains(result.err, "cannot be written")) << result.err;
    EXPECT_TRUE(contains(result.err, "try:")) << result.err;
    EXPECT_EQ(files(), before) << name;
  }
}

TEST_F(Cli, JsonIsJson) {
  const CliResult aligned = run_cli({"align", a, b, "-o", map, "--paired", "--json"});
  ASSERT_EQ(aligned.code, 0) << aligned.err;
  const Json summary = parse_json(aligned.out);
  EXPECT_EQ(summary["map"], map);
  EXPECT_EQ(summary["inputs"]["source"]["rows"], 600);

  const CliResult translated = run_cli({"translate", map, a, "-o", out, "--json"});
  ASSERT_EQ(translated.code, 0) << translated.err;
  EXPECT_EQ(parse_json(translated.out)["rows"], 600);

  const CliResult evaluated = run_cli({"evaluate", out, b, "--pool", "200", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  const Json scores = parse_json(evaluated.out);
  EXPECT_EQ(scores["pool"], 200);
  EXPECT_GT(scores["scores"]["top1"]["value"], 0.99);

  const CliResult inspected = run_cli({"inspect", a, "--json"});
  ASSERT_EQ(inspected.code, 0) << inspected.err;
  EXPECT_EQ(parse_json(inspected.out)["kind"], "rows");
  const CliResult card = run_cli({"inspect", map, "--json"});
  ASSERT_EQ(card.code, 0) << card.err;
  EXPECT_EQ(parse_json(card.out)["kind"], "map");
}

TEST_F(Cli, TheCardOfAMapNamesItsInputs) {
  ASSERT_EQ(run_cli({"align", a, b, "-o", map, "--paired", "--name-a", "minilm", "--max-rows", "500"}).code, 0);
  const Json card = parse_json(Map::load(map).card);
  EXPECT_EQ(card["inputs"]["source"]["name"], "minilm");
  EXPECT_EQ(card["inputs"]["target"]["name"], "b");
  EXPECT_EQ(card["inputs"]["source"]["rows"], 600);
  EXPECT_EQ(card["inputs"]["source"]["rows_used"], 500);
  EXPECT_EQ(card["inputs"]["source"]["sha256"], file_sha256(a));
  const CliResult shown = run_cli({"inspect", map});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_TRUE(contains(shown.out, "minilm")) << shown.out;
}

TEST_F(Cli, EvaluateThroughAMapEqualsTranslatingFirst) {
  make_map();
  ASSERT_EQ(run_cli({"translate", map, a, "-o", out}).code, 0);
  const CliResult direct = run_cli({"evaluate", "--map", map, a, b, "--json", "--bootstrap", "0"});
  const CliResult by_file = run_cli({"evaluate", out, b, "--json", "--bootstrap", "0"});
  ASSERT_EQ(direct.code, 0) << direct.err;
  ASSERT_EQ(by_file.code, 0) << by_file.err;
  const double x = parse_json(direct.out)["scores"]["cosine"]["value"],
               y = parse_json(by_file.out)["scores"]["cosine"]["value"];
  EXPECT_NEAR(x, y, 1e-5);
  EXPECT_TRUE(contains(run_cli({"evaluate", out, b, "--pool", "100"}).out, "pool of 100"));
}

TEST_F(Cli, FilesThatDoNotFitAreRefused) {
  const std::string short_file = dir.path("short.npy"), narrow = dir.path("narrow.npy");
  write_rows(short_file, 500, 12, 1);
  write_rows(narrow, 600, 8, 1);
  make_map();
  EXPECT_EQ(run_cli({"align", a, short_file, "-o", out, "--paired"}).code, 2);
  EXPECT_EQ(run_cli({"evaluate", a, short_file}).code, 2);
  EXPECT_EQ(run_cli({"evaluate", a, narrow}).code, 2);
  EXPECT_EQ(run_cli({"evaluate", "--map", map, narrow, b}).code, 2);
  EXPECT_EQ(run_cli({"translate", map, narrow, "-o", out}).code, 2);
  EXPECT_EQ(run_cli({"translate", a, a, "-o", out}).code, 2);  // not a map
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Cli, TruncatedInputsAreCode2) {
  make_map();
  for (const std::string& whole : {a, map}) {
    const std::string bytes = file_bytes(whole), cut = dir.path("cut");
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{60}, bytes.size() / 2, bytes.size() - 1}) {
      std::ofstream(cut, std::ios::binary) << bytes.substr(0, size);
      EXPECT_EQ(run_cli({"inspect", cut}).code, 2) << whole << " cut to " << size;
      EXPECT_EQ(run_cli({"align", cut, b, "-o", out, "--paired"}).code, 2) << whole << " cut to " << size;
      EXPECT_EQ(run_cli({"translate", cut, a, "-o", out}).code, 2) << whole << " cut to " << size;
      EXPECT_EQ(run_cli({"translate", map, cut, "-o", out}).code, 2) << whole << " cut to " << size;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Cli, RawFilesNeedTheirDimension) {
  const std::string raw = dir.path("rows.raw");
  Matrix rows(100, 12);
  for (Index i = 0; i < 1200; ++i) rows.data()[i] = static_cast<float>(i % 7) - 2.5f;
  CreateOptions options;
  options.format = FileFormat::kRaw;
  const auto sink = create_rows(raw, 100, 12, options);
  sink->write(rows);
  sink->commit();
  EXPECT_EQ(run_cli({"inspect", raw}).code, 2);
  const CliResult result = run_cli({"inspect", raw, "--raw-dim", "12", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(parse_json(result.out)["rows"], 100);
}

TEST_F(Cli, TranslatedNdjsonKeepsItsOtherFields) {
  make_map();
  const std::string in = dir.path("in.jsonl"), translated = dir.path("out.jsonl");
  const Matrix rows = read_all(*open_rows(a));
  std::ofstream file(in);
  file.precision(9);
  for (Index i = 0; i < rows.rows(); ++i) {
    file << "{\"id\": \"doc-" << i << "\", \"dense\": [" << rows(i, 0);
    for (Index j = 1; j < rows.cols(); ++j) file << ", " << rows(i, j);
    file << "], \"sparse\": [1]}\n";
  }
  file.close();
  const CliResult unnamed = run_cli({"translate", map, in, "-o", translated});
  EXPECT_EQ(unnamed.code, 2);
  EXPECT_TRUE(contains(unnamed.err, "dense, sparse") && contains(unnamed.err, "--field")) << unnamed.err;
  ASSERT_EQ(run_cli({"translate", map, in, "-o", translated, "--field", "dense"}).code, 0);
  ASSERT_EQ(run_cli({"translate", map, a, "-o", out}).code, 0);
  const Matrix x = read_all(*open_rows(translated, {0, {}, "dense"})), y = read_all(*open_rows(out));
  ASSERT_EQ(x.rows() * x.cols(), y.rows() * y.cols());
  EXPECT_TRUE(std::equal(x.data(), x.data() + x.rows() * x.cols(), y.data()));
  std::ifstream lines(translated);
  std::string line;
  for (Index i = 0; std::getline(lines, line); ++i) {
    const Json json = parse_json(line);
    EXPECT_EQ(json["id"], "doc-" + std::to_string(i));
    EXPECT_EQ(json["sparse"], Json({1}));
  }
}

TEST_F(Cli, TooFewRowsToAlignIsCode2) {
  const std::string few = dir.path("few.npy");
  write_rows(few, 20, 12, 1);
  const CliResult result = run_cli({"align", few, b, "-o", out});
  EXPECT_EQ(result.code, 2) << result.err;
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Cli, OnlyRegularFilesAreReplaced) {
  const std::string fifo = dir.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const CliResult result = run_cli({"align", a, b, "-o", fifo, "--force"});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("not a regular file"), std::string::npos) << result.err;
  EXPECT_TRUE(std::filesystem::is_fifo(fifo));
}

TEST_F(Cli, SameSeedAndThreadsGiveTheSameMap) {
  const std::string second = dir.path("second.safetensors");
  std::filesystem::remove(a);
  std::filesystem::remove(b);
  write_rows(a, 1500, 12, 2);
  write_rows(b, 1500, 12, 3);
  const auto align = [&](const std::string& path) {
    return run_cli({"align", a, b, "-o", path, "--seed", "7", "--threads", "2"});
  };
  const CliResult first_run = align(map), second_run = align(second);
  EXPECT_TRUE(first_run.code == 0 || first_run.code == 3 || first_run.code == 4) << first_run.err;
  EXPECT_EQ(first_run.code, second_run.code);
  ASSERT_FALSE(file_bytes(map).empty());
  EXPECT_EQ(file_bytes(map), file_bytes(second));
}

TEST_F(Cli, KilledInMidSearchItGoesOnToTheSameBytes) {
  std::filesystem::remove(a);
  std::filesystem::remove(b);
  write_rows(a, 900, 48, 2);  // nothing in common: all searches are run
  write_rows(b, 900, 48, 3);
  const std::string killed = dir.path("killed.safetensors"), checkpoint = dir.path("checkpoint");
  const std::vector<std::string> resumable = {"align", a, b, "-o", killed, "--checkpoint", checkpoint};
  const int code = run_cli({"align", a, b, "-o", map}).code;
  ASSERT_EQ(run_cli(resumable, "9 rename 2").code, 128 + SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(checkpoint));
  ASSERT_FALSE(std::filesystem::exists(killed));
  ASSERT_EQ(run_cli(resumable).code, code);
  EXPECT_EQ(file_bytes(killed), file_bytes(map));
  // The checkpoint of another run is refused and left alone.
  const std::string kept = file_bytes(checkpoint);
  EXPECT_EQ(run_cli({"align", a, b, "-o", killed, "--force", "--seed", "1", "--checkpoint", checkpoint}).code, 2);
  EXPECT_EQ(file_bytes(checkpoint), kept);
}

/// Sends the signal to an align in mid-search and expects an end without an output file.
void expect_interruptible(int signal_number) {
  const TempDir dir;
  const std::string a = dir.path("a.npy"), b = dir.path("b.npy"), map = dir.path("map.safetensors");
  write_rows(a, 20000, 128, 4);
  write_rows(b, 20000, 128, 5);
  const CliResult result = run_cli({"align", a, b, "-o", map}, std::to_string(signal_number) + " progress 5");
  EXPECT_EQ(result.code, 130) << result.err;
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(map).parent_path()))
    ++files;
  EXPECT_EQ(files, 2u) << "something was left beside the inputs";
}

TEST(CliInterrupt, SigintIsCode130AndLeavesNothing) { expect_interruptible(SIGINT); }
TEST(CliInterrupt, SigtermIsCode130AndLeavesNothing) { expect_interruptible(SIGTERM); }

TEST_F(Cli, ANameThatIsNotUtf8LosesNothing) {
  const std::string latin = dir.path("caf\xE9.npy"), latin_map = dir.path("carte-\xE9.safetensors");
  std::filesystem::copy_file(a, latin);
  const CliResult result = run_cli({"align", latin, b, "-o", latin_map, "--paired", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(contains(parse_json(result.out)["inputs"]["source"]["path"].get<std::string>(), "caf\uFFFD.npy"));
  EXPECT_EQ(parse_json(Map::load(latin_map).card)["inputs"]["source"]["rows"], 600);
  for (const auto& command : {std::vector<std::string>{"inspect", "--json", latin},
                              {"inspect", "--json", latin_map},
                              {"translate", latin_map, latin, "-o", dir.path("o\xE9.npy"), "--json"}}) {
    const CliResult again = run_cli(command);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_TRUE(Json::accept(again.out));
  }
}

TEST_F(Cli, WhatTheMachineRefusesIsNoInternalFailure) {
  const CliResult result = run_cli({"align", a, b, "-o", "/proc/map.safetensors", "--paired"});
  EXPECT_EQ(result.code, 2) << result.err;
  EXPECT_TRUE(contains(result.err, "try:")) << result.err;
  EXPECT_FALSE(contains(result.err, "Internal failure")) << result.err;
}

}  // namespace
}  // namespace vec2vec
