// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace vec2vec {
namespace {

TEST(Bootstrap, OfNothingIsUndefined) {
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_TRUE(std::isnan(weighted_mean({}, {})));
  EXPECT_TRUE(std::isnan(weighted_median({}, {})));
  const auto mean = [](std::span<const std::uint32_t> weights, std::span<double> out) {
    out[0] = weighted_mean(weights, std::vector<double>(weights.size(), 1.0));
  };
  EXPECT_TRUE(std::isnan(bootstrap(0, 50, 1, mean, 1, 2)[0].low));
  EXPECT_TRUE(std::isnan(bootstrap(10, 0, 1, mean, 1, 2)[0].high));
}

TEST(Bootstrap, ResamplesWithoutAValueAreLeftOut) {
  const auto now_and_then = [](std::span<const std::uint32_t> weights, std::span<double> out) {
    out[0] = weights[0] % 2 ? std::nan("") : 3.0;
  };
  const Interval interval = bootstrap(5, 200, 1, now_and_then, 1, 2)[0];
  EXPECT_EQ(interval.low, 3);
  EXPECT_EQ(interval.high, 3);
}

TEST(Bootstrap, WeightedMedianIsThatOfTheRepeatedValues) {
  Random random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> values, repeated;
    std::vector<std::uint32_t> weights;
    double value = 0;
    const Index n = 1 + random.below(12);
    for (Index i = 0; i < n; ++i) {
      value += random.uniform();
      values.push_back(value);
      weights.push_back(static_cast<std::uint32_t>(random.below(4)) + (i == 0));
      repeated.insert(repeated.end(), weights.back(), value);
    }
    const double expected = 0.5 * (repeated[(repeated.size() - 1) / 2] + repeated[repeated.size() / 2]);
    EXPECT_DOUBLE_EQ(weighted_median(weights, values), expected);
  }
}

TEST(Bootstrap, IntervalOfAMeanMatchesItsStandardError) {
  Random random(2);
  std::vector<double> values(3000);
  for (double& v : values) v = random.normal();
  const auto statistics = [&](std::span<const std::uint32_t> w, std::span<double> out) { out[0] = weighted_mean(w, values); };
  const Interval interval = bootstrap(3000, 4000, 1, statistics, 7, 2)[0];
  const double half_width = 1.96 / std::sqrt(3000.0);
  EXPECT_NEAR((interval.high - interval.low) / 2, half_width, 0.08 * half_width);
}

TEST(Bootstrap, DependsOnSeedNotOnThreads) {
  std::vector<double> values(100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const auto statistics = [&](std::span<const std::uint32_t> w, std::span<double> out) { out[0] = weighted_mean(w, values); };
  const Interval a = bootstrap(100, 50, 1, statistics, 1, 1)[0], b = bootstrap(100, 50, 1, statistics, 1, 4)[0];
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_NE(a.low, bootstrap(100, 50, 1, statistics, 2, 1)[0].low);
}

}  // namespace
}  // namespace vec2vec
