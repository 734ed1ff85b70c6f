// SPDX-License-Identifier: Apache-2.0
#include "measure/families/pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "measure/prepared/cosine_ranks.h"
#include "measure/spaces.h"

namespace vec2vec {
namespace {

/// Ranks with ties averaged.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> out(values.size());
  for (std::size_t p = 0; p < order.size();) {
    std::size_t end = p;
    while (end < order.size() && values[order[end]] == values[order[p]]) ++end;
    for (std::size_t q = p; q < end; ++q) out[order[q]] = static_cast<double>(p + end - 1) / 2;
    p = end;
  }
  return out;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n, my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

std::vector<double> above_diagonal(const Square& s) {
  std::vector<double> out;
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = i + 1; j < s.size(); ++j) out.push_back(s[i][j]);
  return out;
}

Square rbf(const Square& cosines, double sigma) {
  Square k = cosines;
  for (auto& row : k)
    for (double& x : row) x = std::exp(-(2 - 2 * x) / (2 * sigma * sigma));
  return k;
}

class Pairs : public ::testing::Test {
 protected:
  // More rows than a block, in groups that blocks do not divide.
  const Matrix rows = random_matrix(333, 7, 1);
  const Space a = space_of(rows), b = space_of(related_rows(rows, 12, 0.5, 2));
};

TEST_F(Pairs, AgreeWithDenseMatrices) {
  MeasureOptions options{.permutations = 10, .rbf_sigma = 0.8};
  const auto found = measure_pairs(a, b, options);
  const Square k = gram(a), l = gram(b);
  EXPECT_NEAR(found[0].value, correlation(ranks(above_diagonal(k)), ranks(above_diagonal(l))), 1e-5);
  const Square ek = rbf(k, 0.8), el = rbf(l, 0.8);
  const double unbiased = dense_unbiased_hsic(ek, el) / std::sqrt(dense_unbiased_hsic(ek, ek) * dense_unbiased_hsic(el, el));
  const double biased = dense_biased_hsic(ek, el) / std::sqrt(dense_biased_hsic(ek, ek) * dense_biased_hsic(el, el));
  EXPECT_NEAR(found[1].value, unbiased, 1e-5);
  EXPECT_NEAR(found[2].value, biased, 1e-5);
  const RbfSums sums = rbf_kernel_sums(a, b, 0.8, 0.8, 2);
  EXPECT_NEAR(sums.kl.unbiased() / sums.kk.unbiased(), dense_unbiased_hsic(ek, el) / dense_unbiased_hsic(ek, ek), 1e-5);
}

TEST(CosineRanks, OfNoPairsAreZero) {
  for (const float cosine : {-2.0f, -0.3f, 0.0f, 0.7f, 2.0f}) EXPECT_EQ(CosineRanks().of(cosine), 0) << cosine;
  EXPECT_EQ(CosineRanks().median(), 0);
}

TEST_F(Pairs, WidthZeroIsTheMedianDistance) {
  std::vector<double> cosines = above_diagonal(gram(a));
  std::nth_element(cosines.begin(), cosines.begin() + static_cast<std::ptrdiff_t>(cosines.size() / 2), cosines.end());
  const double median = std::sqrt(2 - 2 * cosines[cosines.size() / 2]);
  const auto by_median = measure_pairs(a, a, {.permutations = 10, .rbf_sigma = median});
  const auto by_default = measure_pairs(a, a, {.permutations = 10});
  EXPECT_NEAR(by_median[1].null_values[0], by_default[1].null_values[0], 1e-4);
}

TEST_F(Pairs, SampleIsSmallerAndStillNear) {
  const auto all = measure_pairs(a, b, {.pair_rows = 0, .permutations = 10});
  const auto some = measure_pairs(a, b, {.pair_rows = 200, .permutations = 10});
  EXPECT_EQ(all[0].rows, 333);
  EXPECT_EQ(some[0].rows, 200);
  EXPECT_LT(some[0].interval.low, all[0].value);
  EXPECT_GT(some[0].interval.high, all[0].value);
}

}  // namespace
}  // namespace vec2vec
