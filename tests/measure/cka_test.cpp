// SPDX-License-Identifier: Apache-2.0
#include "measure/families/cka.h"

#include <gtest/gtest.h>

#include "measure/spaces.h"

namespace vec2vec {
namespace {

void expect_dense_values(const Space& a, const Space& b) {
  const Square k = gram(a), l = gram(b);
  const Pairing rows = identity_pairing(a.rows());
  const KernelSums kl = linear_kernel_sums(a, b, rows, rows, 2), kk = linear_kernel_sums(a, a, rows, rows, 2);
  EXPECT_NEAR(kl.unbiased() / kk.unbiased(), dense_unbiased_hsic(k, l) / dense_unbiased_hsic(k, k), 1e-9);
  EXPECT_NEAR(kl.biased() / kk.biased(), dense_biased_hsic(k, l) / dense_biased_hsic(k, k), 1e-9);
  const auto estimates = measure_cka(a, b, {.permutations = 10});
  EXPECT_NEAR(estimates[0].value, dense_unbiased_hsic(k, l) / std::sqrt(dense_unbiased_hsic(k, k) * dense_unbiased_hsic(l, l)),
              1e-9);
  EXPECT_NEAR(estimates[1].value, dense_biased_hsic(k, l) / std::sqrt(dense_biased_hsic(k, k) * dense_biased_hsic(l, l)), 1e-9);
}

TEST(Cka, AgreesWithDenseKernelsInFeatureSpace) {
  const Matrix rows = random_matrix(150, 6, 1);
  expect_dense_values(space_of(rows), space_of(related_rows(rows, 9, 0.5, 2)));
}

TEST(Cka, AgreesWithDenseKernelsInSampleSpace) {
  const Matrix rows = random_matrix(40, 90, 3);  // 40 (90 + 120) < 90 * 120
  expect_dense_values(space_of(rows), space_of(related_rows(rows, 120, 0.5, 4)));
}

TEST(Cka, JackknifeLeavesOutEachGroup) {
  const Matrix rows = random_matrix(150, 6, 5);
  const Space a = space_of(rows), b = space_of(related_rows(rows, 9, 0.5, 6));
  const std::vector<Index> order = fold_order(150, 0);
  std::vector<double> without;
  for (Index g = 0; g < kJackknifeGroups; ++g) {
    const Range group = group_range(150, kJackknifeGroups, g);
    std::vector<Index> kept;
    for (Index p = 0; p < 150; ++p)
      if (p < group.begin || p >= group.end) kept.push_back(order[static_cast<std::size_t>(p)]);
    const auto hsic = [&](const Space& x, const Space& y) { return linear_kernel_sums(x, y, kept, kept, 1).unbiased(); };
    without.push_back(hsic(a, b) / std::sqrt(hsic(a, a) * hsic(b, b)));
  }
  const Estimate estimate = measure_cka(a, b, {.permutations = 10})[0];
  const Interval expected = jackknife_interval(estimate.value, without);
  EXPECT_NEAR(estimate.interval.low, expected.low, 1e-9);
  EXPECT_NEAR(estimate.interval.high, expected.high, 1e-9);
  EXPECT_LT(estimate.interval.low, estimate.interval.high - 1e-3);
}

TEST(Cka, UnbiasedIsCentredOnZeroForIndependentSpacesAndBiasedIsNot) {
  for (const Index n : {32, 128, 512, 4096}) {
    const Index repeats = std::max<Index>(4, 6000 / n);
    double sum = 0, squares = 0, biased = 0;
    for (Index r = 0; r < repeats; ++r) {
      const auto seed = static_cast<std::uint64_t>(1000 * n + 2 * r);
      const Space a = make_space({"a", random_matrix(n, 20, seed)}, identity_pairing(n), 2);
      const Space b = make_space({"b", random_matrix(n, 24, seed + 1)}, identity_pairing(n), 2);
      const Pairing rows = identity_pairing(n);
      const KernelSums kl = linear_kernel_sums(a, b, rows, rows, 2), kk = linear_kernel_sums(a, a, rows, rows, 2),
                       ll = linear_kernel_sums(b, b, rows, rows, 2);
      const double value = kl.unbiased() / std::sqrt(kk.unbiased() * ll.unbiased());
      sum += value;
      squares += value * value;
      biased += kl.biased() / std::sqrt(kk.biased() * ll.biased());
    }
    const auto m = static_cast<double>(repeats);
    const double mean = sum / m, error = std::sqrt((squares / m - mean * mean) / (m - 1));
    EXPECT_LT(std::abs(mean), 4 * error) << n;
    if (n <= 512) {
      EXPECT_GT(biased / m, std::abs(mean) + 4 * error) << n;
    }
  }
}

}  // namespace
}  // namespace vec2vec
