// SPDX-License-Identifier: Apache-2.0
// Several known spaces through the commands: align, translate, evaluate, gate, inspect.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "align/planted.h"
#include "cli/run_cli.h"
#include "contains.h"
#include "core/text/json.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

/// Noisy views of the same points as files: a store and two known spaces. Pairs alone make a map in no time.
class KnownCli : public ::testing::Test {
 protected:
  void SetUp() override {
    const Matrix points = latent(400, 24, 3);
    write("store.npy", times(points, random_map(24, 32, 1), 0.05, 5));
    write("small.npy", times(points, random_map(24, 24, 2), 0.05, 6));
    write("large.npy", times(points, random_map(24, 40, 3), 0.05, 7));
  }
  void write(const std::string& name, MatrixView rows) {
    const auto sink = create_rows(dir.path(name), rows.rows, rows.cols);
    sink->write(rows);
    sink->commit();
  }
  CliResult align_both(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "align", dir.path("store.npy"), dir.path("small.npy"), dir.path("large.npy"), "-o", map, "--paired"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cli(arguments);
  }

  const TempDir dir;
  const std::string map = dir.path("map.safetensors");
};

TEST_F(KnownCli, OneMapServesEachSpaceAndTheConsensus) {
  const CliResult aligned = align_both({"--json"});
  ASSERT_EQ(aligned.code, 0) << aligned.err;
  EXPECT_EQ(parse_json(aligned.out)["inputs"]["more_targets"][0]["name"], "large");

  const std::string store = dir.path("store.npy"), out = dir.path("out.npy");
  EXPECT_EQ(run_cli({"translate", map, store, "-o", out, "--to", "large"}).code, 0);
  EXPECT_EQ(open_rows(out, {})->dim(), 40);
  const Json provenance = parse_json(file_bytes(out + ".provenance.json"));
  EXPECT_EQ(provenance["map"]["target"], "large");
  EXPECT_EQ(run_cli({"translate", map, store, "-o", out, "--force"}).code, 0);
  EXPECT_EQ(open_rows(out, {})->dim(), 40);  // the consensus has as many components as the widest space has columns

  for (const std::vector<std::string>& truth : {std::vector<std::string>{dir.path("small.npy"), dir.path("large.npy")},
                                                {dir.path("small.npy"), "--to", "small"},
                                                {dir.path("large.npy"), "--to", "large"}}) {
    std::vector<std::string> arguments = {"evaluate", "--map", map, "--json", store};
    arguments.insert(arguments.end(), truth.begin(), truth.end());
    const CliResult evaluated = run_cli(arguments);
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    EXPECT_GT(parse_json(evaluated.out)["scores"]["top1"]["value"], 0.9);
  }
  EXPECT_EQ(
      run_cli({"gate", map, "--to", "small", "--require", "min_top1=0.9", "--eval-a", store, "--eval-b", dir.path("small.npy")})
          .code,
      0);
  EXPECT_EQ(parse_json(run_cli({"inspect", map, "--json"}).out)["card"]["targets"][1]["name"], "large");
}

TEST_F(KnownCli, AuditReadsInTheConsensusOfAllSpaces) {
  ASSERT_EQ(align_both().code, 0);
  const std::string page = dir.path("report.html"), small = dir.path("small.npy"), large = dir.path("large.npy");
  const auto audit = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"audit",   "--map", map,  "--no-defences", "--bootstrap",        "20",
                                          "--force", "-o",    page, "--json",        dir.path("store.npy")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cli(arguments);
  };
  const auto both = [](const std::string& option, const std::string& first, const std::string& second) {
    return std::vector<std::string>{option, first, option, second};
  };
  const auto joined = [](std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const CliResult found = audit(joined(both("--public-vectors", small, large), both("--store-texts-vectors", small, large)));
  ASSERT_EQ(found.code, 0) << found.err;
  const Json report = parse_json(found.out);
  EXPECT_EQ(report["public"]["spaces"][1]["dim"], 40);
  EXPECT_EQ(report["public"]["spaces"][1]["name"], "large");
  EXPECT_GT(report["alignment"]["scores"]["scores"]["top1"]["value"], 0.9);
  EXPECT_EQ(report["reproduction"]["public"]["vectors"][1]["model"], "large");
  EXPECT_TRUE(contains(file_bytes(page), report["reproduction"]["public"]["vectors"][1]["sha256"]));
  // The files' names are those of the map: their order does not count.
  const CliResult turned = audit(joined(both("--public-vectors", large, small), both("--store-texts-vectors", large, small)));
  ASSERT_EQ(turned.code, 0) << turned.err;
  EXPECT_EQ(parse_json(turned.out)["alignment"]["scores"], report["alignment"]["scores"]);
  // One space alone.
  const CliResult alone = audit({"--to", "large", "--public-vectors", large, "--store-texts-vectors", large});
  ASSERT_EQ(alone.code, 0) << alone.err;
  EXPECT_EQ(parse_json(alone.out)["public"], (Json{{"rows", 400}, {"dim", 40}}));
  EXPECT_TRUE(parse_json(alone.out)["reproduction"]["public"]["vectors"].is_object());

  const auto refusal = [&](const std::vector<std::string>& more) {
    const CliResult result = audit(more);
    EXPECT_EQ(result.code, 2);
    return result.err;
  };
  EXPECT_TRUE(contains(refusal({"--public-vectors", small}), "--to")) << refusal({"--public-vectors", small});
  EXPECT_TRUE(contains(refusal(joined({"--to", "large"}, both("--public-vectors", small, large))), "one known space"));
  EXPECT_TRUE(contains(refusal(both("--public-vectors", small, small)), "given twice"));
  const std::string too_few = refusal(joined(both("--public-vectors", small, large), {"--candidates-vectors", small}));
  EXPECT_TRUE(contains(too_few, "is given once for 2 known spaces") && contains(too_few, "--candidates-vectors")) << too_few;
}

TEST_F(KnownCli, SaysWhatDoesNotFit) {
  ASSERT_EQ(align_both({"--name-b", "one", "--name-b", "two"}).code, 0);
  const std::string store = dir.path("store.npy");
  const CliResult unknown = run_cli({"translate", map, store, "-o", dir.path("out.npy"), "--to", "three"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_TRUE(contains(unknown.err, "its targets are one, two")) << unknown.err;
  EXPECT_FALSE(std::ifstream(dir.path("out.npy")));
  EXPECT_EQ(run_cli({"evaluate", "--map", map, store, dir.path("small.npy")}).code, 2);
  EXPECT_EQ(run_cli({"evaluate", store, store, store}).code, 2);
  EXPECT_EQ(align_both({"--force", "--name-b", "a", "--name-b", "b", "--name-b", "c"}).code, 2);
  EXPECT_EQ(align_both({"--force", "--name-b", "a", "--name-b", "a"}).code, 2);
  EXPECT_EQ(align_both({"--force", "--method", "neural"}).code, 2);
  EXPECT_EQ(align_both({"--force", "--procrustes"}).code, 2);
}

}  // namespace
}  // namespace vec2vec
