// SPDX-License-Identifier: Apache-2.0
// Several known spaces as one target: their consensus, its maps, and what is not of the same texts.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "align/pairs/pairs.h"
#include "align/planted.h"
#include "core/random.h"
#include "core/text/json.h"
#include "space/sample.h"
#include "vec2vec/align.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// A store, and known spaces of other points of the same kind; all are noisy views of the latent points.
struct Shadows {
  static constexpr Index kDim = 24;
  std::vector<Matrix> maps, known, held_out;
  Matrix store, held_out_store;

  Shadows(Index store_rows, Index known_rows, std::size_t count, double noise) {
    const Matrix to_store = random_map(kDim, kDim + 8, 1), held = latent(300, kDim, 23), points = latent(known_rows, kDim, 22);
    store = times(latent(store_rows, kDim, 21), to_store, noise, 5);
    held_out_store = times(held, to_store, noise, 7);
    for (std::size_t k = 0; k < count; ++k) {
      maps.push_back(random_map(kDim, kDim + 4 * static_cast<Index>(k), 40 + k));
      known.push_back(times(points, maps[k], noise, 60 + k));
      held_out.push_back(times(held, maps[k], noise, 80 + k));
    }
  }
  AlignProblem problem() const {
    AlignProblem problem{store, known[0], "store", "k0"};
    for (std::size_t k = 1; k < known.size(); ++k) problem.more_targets.push_back({known[k], "k" + std::to_string(k)});
    return problem;
  }
  std::vector<MatrixView> views() const { return {held_out.begin(), held_out.end()}; }
};

std::string refusal(const AlignProblem& problem) {
  try {
    align(problem);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.what();
  }
  return "";
}

TEST(Known, OneMapTranslatesIntoEachSpaceAndTheirConsensus) {
  const Shadows shadows(1500, 3000, 3, 0.05);
  const AlignSummary summary = align(shadows.problem());
  EXPECT_EQ(summary.verdict, Verdict::kAligned) << summary.brief();
  const Map& map = summary.map;
  ASSERT_EQ(map.targets.size(), 3U);
  EXPECT_EQ(map.target_dim(), 32);  // components: as many as the widest space has columns
  EXPECT_GE(top1(map, shadows.held_out_store, map.consensus(shadows.views())), 0.95);
  for (std::size_t k = 0; k < 3; ++k) {
    const Map alone = map.to("k" + std::to_string(k));
    EXPECT_EQ(alone.target_dim(), shadows.held_out[k].cols());
    EXPECT_TRUE(alone.targets.empty());
    EXPECT_EQ(parse_json(alone.card)["target"]["name"], "k" + std::to_string(k));
    EXPECT_GE(top1(alone, shadows.held_out_store, shadows.held_out[k]), 0.9);
  }
  // A translated row is a raw row of the consensus: as long, and around the same mean.
  Matrix out(300, map.target_dim());
  map.translate(shadows.held_out_store, out.span());
  EXPECT_NEAR(std::inner_product(out.row(0), out.row(0) + out.cols(), out.row(0), 0.0), 1, 1e-5);
}

TEST(Known, TheFileKeepsAllSpaces) {
  const Shadows shadows(400, 600, 2, 0.05);
  AlignProblem problem = shadows.problem();
  problem.source = shadows.known[0];  // pairs alone: quick
  for (Index i = 0; i < 600; ++i) problem.pairs.push_back({i, i});
  const Map map = align(problem).map;
  const std::string bytes = map.to_bytes();
  const Map again = Map::from_bytes(bytes);
  EXPECT_TRUE(again.to_bytes() == bytes);
  EXPECT_EQ(again.components.rows(), 24 + 28);
  ASSERT_EQ(again.targets.size(), 2U);
  EXPECT_EQ(again.targets[1].name, "k1");
  const auto card = parse_json(again.card);
  EXPECT_EQ(card["targets"][1]["dim"], 28);
  EXPECT_EQ(card["target"]["dim"], map.target_dim());
  EXPECT_TRUE(again.to("k1").to_bytes() == map.to("k1").to_bytes());
  EXPECT_GE(top1(again.to("k1"), shadows.held_out[0], shadows.held_out[1]), 0.95);

  EXPECT_THROW(again.to("k7"), Error);
  EXPECT_THROW(again.to("k1").to("k0"), Error);
  EXPECT_NO_THROW(again.to("k1").to("k1"));
  EXPECT_THROW(again.consensus({shadows.held_out[0]}), Error);
  EXPECT_THROW(again.consensus({shadows.held_out[1], shadows.held_out[0]}), Error);
  EXPECT_THROW(again.to("k1").consensus(shadows.views()), Error);
  Matrix broken = shadows.held_out[1];
  broken(7, 0) = std::nanf("");
  EXPECT_THROW(again.consensus({shadows.held_out[0], broken}), Error);
}

TEST(Known, OtherTextsAreRefused) {
  const Shadows shadows(400, 600, 2, 0.05);
  AlignProblem problem = shadows.problem();
  Random random(3);
  const Matrix shuffled = gather(shadows.known[1], random.sample(600, 600));
  problem.more_targets[0].rows = shuffled;
  EXPECT_NE(refusal(problem).find("not of the same texts in the same order"), std::string::npos);

  std::vector<Index> moved(600);
  for (std::size_t i = 0; i < 600; ++i) moved[i] = static_cast<Index>((i + 1) % 600);
  const Matrix shifted = gather(shadows.known[1], moved);
  problem.more_targets[0].rows = shifted;
  EXPECT_NE(refusal(problem).find("shifted by one"), std::string::npos);

  const Matrix fewer = gather(shadows.known[1], every(600, 2, 0, true));
  problem.more_targets[0].rows = fewer;
  EXPECT_NE(refusal(problem).find("600 and 300 rows"), std::string::npos);
  problem = shadows.problem();
  problem.more_targets[0].name = "k0";
  EXPECT_NE(refusal(problem).find("same name"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
