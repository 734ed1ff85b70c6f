// SPDX-License-Identifier: Apache-2.0
#include "measure/estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace vec2vec {
namespace {

TEST(Estimate, PairingsArePermutationsAndDiffer) {
  const Pairing p = random_pairing(50, 1, 0), q = random_pairing(50, 1, 1);
  EXPECT_NE(p, q);
  EXPECT_EQ(p, random_pairing(50, 1, 0));
  for (Pairing sorted : {p, q}) {
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, identity_pairing(50));
  }
  const Pairing inverse = inverse_of(p);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(inverse[static_cast<std::size_t>(p[i])], static_cast<Index>(i));
}

TEST(Estimate, PermutationsAreAffordableButNeverFewerThanTen) {
  EXPECT_EQ(affordable_permutations(100, 1e9), 100);
  EXPECT_EQ(affordable_permutations(100, 5e10), 20);
  EXPECT_EQ(affordable_permutations(100, 1e13), 10);
}

TEST(Estimate, GroupsCutTheRowsWithoutLoss) {
  for (const Index n : {20, 21, 99}) {
    Index next = 0;
    for (Index g = 0; g < 10; ++g) {
      const Range range = group_range(n, 10, g);
      EXPECT_EQ(range.begin, next);
      EXPECT_GE(range.size(), 2);
      next = range.end;
    }
    EXPECT_EQ(next, n);
  }
}

TEST(Estimate, NullIsSummarisedByQuantilesOrBySpread) {
  std::vector<double> many, few;
  for (int i = 0; i <= 100; ++i) many.push_back(i);
  for (int i = 0; i < 10; ++i) few.push_back(i);
  const NullSummary a = summarize_null(many), b = summarize_null(few);
  EXPECT_DOUBLE_EQ(a.mean, 50);
  EXPECT_DOUBLE_EQ(a.low, 2.5);
  EXPECT_DOUBLE_EQ(a.high, 97.5);
  EXPECT_DOUBLE_EQ(b.mean, 4.5);
  EXPECT_NEAR(b.high, 4.5 + 2.262 * 3.02765, 0.01);  // t of 9 degrees of freedom, sd of 0 .. 9
  EXPECT_TRUE(std::isnan(summarize_null({1, 2, std::nan("")}).low));
}

TEST(Estimate, JackknifeOfAMeanCoversItAboutAsOftenAsItSays) {
  int covered = 0;
  constexpr int kRepeats = 400;
  for (int r = 0; r < kRepeats; ++r) {
    Random random(static_cast<std::uint64_t>(r));
    std::vector<double> x(100);
    double sum = 0;
    for (double& v : x) sum += v = random.normal();
    std::vector<double> without;
    for (Index g = 0; g < kJackknifeGroups; ++g) {
      const Range range = group_range(100, kJackknifeGroups, g);
      double left = sum;
      for (Index i = range.begin; i < range.end; ++i) left -= x[static_cast<std::size_t>(i)];
      without.push_back(left / static_cast<double>(100 - range.size()));
    }
    const Interval interval = jackknife_interval(sum / 100, without);
    covered += interval.low <= 0 && 0 <= interval.high;
  }
  EXPECT_NEAR(covered / static_cast<double>(kRepeats), 0.95, 0.035);
}

}  // namespace
}  // namespace vec2vec
