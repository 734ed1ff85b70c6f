// SPDX-License-Identifier: Apache-2.0
// The ladder of supervision: no pairs (align_test.cpp), a few, many.
#include <gtest/gtest.h>

#include <string_view>

#include "align/planted.h"
#include "vec2vec/align.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kHeldOut = 400;

/// Two noisy views of latent points: rows 0 .. pairs - 1 of both sides are of the same points, the others are not.
struct TwoSides {
  Matrix source, target, held_out_source, held_out_target;

  TwoSides(Index rows, Index pairs, double noise, Index dim = 32) {
    const Matrix to_source = random_map(dim, dim + 16, 1), to_target = random_map(dim, dim + 32, 2);
    const Matrix shared = latent(pairs, dim, 3);
    auto side = [&](Matrix rest, MatrixView map, std::uint64_t seed) {
      for (Index i = 0; i < pairs; ++i) std::copy_n(shared.row(i), dim, rest.row(i));
      return times(rest, map, noise, seed);
    };
    source = side(latent(rows, dim, 21), to_source, 5);
    target = side(latent(rows, dim, 22), to_target, 6);
    const Matrix held_out = latent(kHeldOut, dim, 23);
    held_out_source = times(held_out, to_source, noise, 7);
    held_out_target = times(held_out, to_target, noise, 8);
  }

  AlignProblem problem(Index pairs) const {
    AlignProblem problem{source, target, "a", "b"};
    for (Index i = 0; i < pairs; ++i) problem.pairs.push_back({i, i});
    return problem;
  }
  double top1_of(const Map& map) const { return top1(map, held_out_source, held_out_target); }
};

TEST(Ladder, PairsSolveWhatIsTooSmallWithoutThem) {
  const TwoSides sides(100, 48, 0.2);
  const AlignSummary without = align(sides.problem(0)), with = align(sides.problem(48));
  EXPECT_LT(sides.top1_of(without.map), 0.3) << "too easy to show anything";
  EXPECT_GT(sides.top1_of(with.map), sides.top1_of(without.map) + 0.3) << with.brief();
}

TEST(Ladder, WrongPairsAreNamedAndDoLittleHarm) {
  const TwoSides sides(3000, 60, 0.01);
  AlignProblem problem = sides.problem(60);
  for (Index i = 0; i < 10; ++i) problem.pairs[static_cast<std::size_t>(i)].target = 1000 + 7 * i;
  const AlignSummary summary = align(problem);
  EXPECT_GE(summary.pair_fit.dropped, 6) << summary.brief();  // two points of one cluster may pass for a pair
  EXPECT_LE(summary.pair_fit.dropped, 10);
  EXPECT_GE(sides.top1_of(summary.map), 0.95);
  EXPECT_EQ(summary.pair_fit.pairs, 12);  // a fifth is held out
  EXPECT_GE(summary.pair_fit.top1_high, 0.8);
}

/// How many steps an alignment's refinements took. The part done that it reports is that of all its stages.
int steps_of_refinement(const TwoSides& sides, Index pairs) {
  int steps = 0;
  double before = 0;
  AlignOptions options;
  options.progress = [&](std::string_view stage, double done) {
    EXPECT_GE(done, before) << stage;
    before = done;
    steps += stage == "refine";
    return true;
  };
  align(sides.problem(pairs), options);
  EXPECT_EQ(before, 1);
  return steps;
}

TEST(Ladder, SearchesThatPairsMakeAgreeAreRefinedAsFarAsTheRowsNeed) {
  const int few = steps_of_refinement(TwoSides(10000, 150, 0.01), 150);
  EXPECT_LT(few, 20);
  EXPECT_EQ(steps_of_refinement(TwoSides(10000, 150, 0.3, 160), 150), few + 59)
      << "few steps, then 40 small, 12 large, 6 couplings";
}

TEST(Ladder, ManyPairsAreFittedByThemselves) {
  const TwoSides sides(2000, 2000, 0.05);
  const AlignSummary summary = align(sides.problem(2000));
  const Evaluation ours = scores(summary.map, sides.held_out_source, sides.held_out_target),
                   procrustes = scores(fit_paired(sides.source, sides.target), sides.held_out_source, sides.held_out_target);
  EXPECT_TRUE(summary.starts.empty());
  EXPECT_EQ(summary.pair_fit.pairs, 2000);
  EXPECT_GE(ours.top1.value, procrustes.top1.value - 0.02);
  EXPECT_GE(ours.centred_cosine.value, procrustes.centred_cosine.value - 1e-3);
  EXPECT_EQ(summary.verdict, Verdict::kAligned) << summary.brief();
  AlignOptions options;
  options.by_cosine = true;
  const AlignSummary by_cosine = align(sides.problem(2000), options);
  EXPECT_GE(by_cosine.pair_fit.cosine, summary.pair_fit.cosine);
}

TEST(Ladder, TooFewPairsToHoldAnyOutLeaveTheVerdictOpen) {
  // 40 pairs of 70 rows make the map alone, and none is left to test it with.
  const TwoSides sides(70, 40, 0.01, 8);
  const AlignSummary summary = align(sides.problem(40));
  EXPECT_TRUE(summary.starts.empty());
  EXPECT_EQ(summary.pair_fit.pairs, 0);
  EXPECT_EQ(summary.pair_fit.top1_low, 0);
  EXPECT_EQ(summary.pair_fit.top1_high, 1);
  EXPECT_GT(sides.top1_of(summary.map), 0.8) << "the map is good";
  EXPECT_EQ(summary.verdict, Verdict::kUncertain) << summary.brief();
  EXPECT_NE(summary.brief().find("it takes 50 pairs to hold some out"), std::string::npos) << summary.brief();
}

TEST(Ladder, ShuffledPairsAreNotAligned) {
  const TwoSides sides(1000, 0, 0.01);
  EXPECT_EQ(align(sides.problem(1000)).verdict, Verdict::kNotAligned);
}

TEST(Ladder, RefusesPairsThatNameNoRow) {
  const TwoSides sides(100, 0, 0.01);
  for (const RowPair& bad : {RowPair{-1, 0}, RowPair{0, 100}}) {
    AlignProblem problem = sides.problem(0);
    problem.pairs = {bad};
    EXPECT_THROW(align(problem), Error);
  }
}

}  // namespace
}  // namespace vec2vec
