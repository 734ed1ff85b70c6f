// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "align/effort.h"
#include "align/evidence.h"
#include "align/planted.h"
#include "align/refine/refine.h"
#include "align/search/portfolio.h"
#include "align/side.h"
#include "kernels/nearest_candidate.h"

namespace vec2vec {
namespace {

constexpr Index kDim = 32, kRowsASide = 1500;

/// Two sides of different rows, the target turned by a hidden map.
struct TurnedSides {
  Matrix turn = random_map(kDim, kDim, 5);
  Side source = prepare_side(latent(kRowsASide, kDim, 1), 2),
       target = prepare_side(times(latent(kRowsASide, kDim, 2), turn), 2);
  ViewPair view = view_pair(source.centred.rows, source.principal, target.centred.rows, target.principal, 24, 0.5, 2);

  /// Top-1 of a map of the view on rows that no step has seen.
  double view_top1(const Matrix& map) const { return top1(times(view.a, map), view.b); }
  /// Top-1 of source rows times `a` among target rows times `b`.
  double top1(const Matrix& a, const Matrix& b) const {
    const Matrix fresh = latent(400, kDim, 3), turned = times(fresh, turn);
    Matrix x = less_mean(fresh, source.centred.mean), y = less_mean(turned, target.centred.mean);
    const std::vector<Index> nearest = nearest_of(unit(times(x, a)), unit(times(y, b)), 2).index;
    Index hits = 0;
    for (std::size_t i = 0; i < nearest.size(); ++i) hits += nearest[i] == static_cast<Index>(i);
    return static_cast<double>(hits) / static_cast<double>(nearest.size());
  }
  static Matrix unit(Matrix rows) {
    normalise_rows(rows.span());
    return rows;
  }
  static Matrix less_mean(Matrix rows, const Matrix& mean) {
    normalise_rows(rows.span());
    for (Index i = 0; i < rows.rows(); ++i)
      for (Index j = 0; j < rows.cols(); ++j) rows(i, j) -= mean(0, j);
    normalise_rows(rows.span());
    return rows;
  }
  Matrix true_view_map() const {  // the Procrustes map of the view, from true pairs
    const Matrix fresh = latent(1000, kDim, 4), x = less_mean(fresh, source.centred.mean),
                 y = less_mean(times(fresh, turn), target.centred.mean);
    return polar_factor(cross_product(times(x, view.a), times(y, view.b), 2));
  }
};

const TurnedSides& sides() {
  static const TurnedSides made;
  return made;
}

TEST(Climb, TheTrueMapScoresAboveARandomOne) {
  const ViewPair& view = sides().view;
  EXPECT_GT(pair_free_score(view.x, view.y, sides().true_view_map(), 1000, 2),
            pair_free_score(view.x, view.y, random_map(24, 24, 9), 1000, 2) + 0.02);
}

TEST(Climb, FromNearTheTruthItEndsThere) {
  Climber climber;
  climber.map = sides().true_view_map();
  for (Index i = 0; i < climber.map.rows() * climber.map.cols(); ++i)
    climber.map.data()[i] += 0.1f * random_map(24, 24, 7).data()[i];
  climber.map = polar_factor(climber.map);
  climb(sides().view, {}, anneal({0.1f, 0.05f}, 10), Random(1), climber);
  EXPECT_GT(sides().view_top1(climber.mean), 0.9);
  EXPECT_NEAR(climber.score, pair_free_score(sides().view.x, sides().view.y, climber.mean, kRowsASide, 2), 0.02);
}

TEST(Climb, APairIsTrustedAsFarAsTheMapConfirmsIt) {
  const float y[2] = {1, 0}, same[2] = {1, 0}, across[2] = {0, 1}, half[2] = {0.15f, std::sqrt(1 - 0.15f * 0.15f)};
  EXPECT_GT(pair_trust(same, y, 2), 0.99);
  EXPECT_LT(pair_trust(across, y, 2), 0.1);
  EXPECT_NEAR(pair_trust(half, y, 2), 0.5, 0.01);
}

TEST(Portfolio, FindsTheTurnAndStopsWhenTwoSearchesAgree) {
  AlignOptions options;
  options.effort = Effort::kLow;
  std::vector<double> told;
  const PortfolioResult found = run_portfolio(sides().view, {}, options, [&](const Work& work) { told.push_back(work.done); });
  EXPECT_GT(sides().view_top1(found.map), 0.9);
  EXPECT_GT(found.agreement, 0.8);
  EXPECT_LT(static_cast<int>(found.starts.size()), effort_plan(Effort::kLow).searches);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
}

TEST(Refine, OfAMapOfTheViewMakesOneOfAllDimensions) {
  PairFit fit;
  fit.ridge = last_ridge(kRowsASide);
  std::vector<double> told;
  const Refined refined = refine(
      sides().source, sides().target, {}, {}, sides().view, sides().true_view_map(), {}, false, effort_plan(Effort::kLow), 0, 2,
      [&](double done) { told.push_back(done); }, fit);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.front(), 0);
  EXPECT_NEAR(told.back(), 1, 1e-9);
  ASSERT_EQ(refined.weight.rows(), kDim);
  ASSERT_EQ(refined.weight.cols(), kDim);
  Matrix identity(kDim, kDim);
  for (Index i = 0; i < kDim; ++i) identity(i, i) = 1;
  EXPECT_GT(sides().top1(refined.weight, identity), 0.95);
}

TEST(EvidenceOfMaps, TellsATrueMapFromARandomOne) {
  const auto judged = [&](const Matrix& weight) {
    Evidence evidence;
    judge_map(sides().source.centred.rows, sides().source.principal, sides().target.centred.rows, weight,
              last_ridge(kRowsASide), 2, evidence);
    return evidence;
  };
  const Evidence good = judged(sides().turn), bad = judged(random_map(kDim, kDim, 9));
  // In few dimensions a wrong map comes near: docs/how-it-works.md says how the verdict allows for it.
  EXPECT_GT(good.mutual_neighbours, 1.3 * bad.mutual_neighbours);
  EXPECT_GT(good.half_agreement, bad.half_agreement + 0.05);
  const ViewPair& view = sides().view;
  EXPECT_GT(score_margin(view, pair_free_score(view.x, view.y, sides().true_view_map(), 1000, 2), 0, 2), 5);
}

TEST(EvidenceOfMaps, MoreOfEachSignMakesSuccessLikelier) {
  Evidence weak{0.3, 3, 0.1, 0.1, 10, 0}, strong{0.99, 40, 0.5, 0.7, 0, 0};
  EXPECT_LT(success_probability(weak), 0.1);
  EXPECT_GT(success_probability(strong), 0.95);
}

}  // namespace
}  // namespace vec2vec
