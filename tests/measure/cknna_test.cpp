// SPDX-License-Identifier: Apache-2.0
#include "measure/families/cknna.h"

#include <gtest/gtest.h>

#include <set>

#include "measure/spaces.h"

namespace vec2vec {
namespace {

/// Kernel and mask as dense matrices, as in the definition.
double dense_mutual_hsic(const Space& a, const Space& b) {
  Square k = gram(a), l = gram(b);
  for (Index i = 0; i < a.rows(); ++i) {
    const std::set<std::int32_t> x(a.near.of(i).begin(), a.near.of(i).end()), y(b.near.of(i).begin(), b.near.of(i).end());
    for (Index j = 0; j < a.rows(); ++j) {
      const auto id = static_cast<std::int32_t>(j);
      if (x.contains(id) && y.contains(id)) continue;
      k[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = 0;
      l[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = 0;
    }
  }
  return dense_unbiased_hsic(k, l);
}

class Cknna : public ::testing::Test {
 protected:
  const Matrix rows = random_matrix(70, 6, 1);
  const Space a = space_of(rows, 8), b = space_of(related_rows(rows, 10, 0.4, 2), 8);
};

TEST_F(Cknna, AgreesWithDenseMasks) {
  const double ab = dense_mutual_hsic(a, b), aa = dense_mutual_hsic(a, a), bb = dense_mutual_hsic(b, b);
  EXPECT_NEAR(mutual_hsic(a.near, b.near, identity_pairing(70)), ab, 1e-9 * std::abs(aa));
  const Estimate estimate = measure_cknna(a, b, {.permutations = 10})[0];
  EXPECT_NEAR(estimate.value, ab / std::sqrt(aa * bb), 1e-6);
  EXPECT_LT(estimate.interval.low, estimate.value);
  EXPECT_GT(estimate.interval.high, estimate.value);
}

TEST_F(Cknna, LeavesOutAGroup) {
  // Leaving out rows 60 .. 69 is the same as a graph that never had an edge to them, over 60 rows.
  std::vector<Index> group(70, 0);
  for (std::size_t i = 60; i < 70; ++i) group[i] = 1;
  Square k = gram(a), l = gram(b);
  for (std::size_t i = 0; i < 70; ++i)
    for (std::size_t j = 0; j < 70; ++j) {
      const auto holds = [&](const Neighbours& near) {
        const auto list = near.of(static_cast<Index>(i));
        return std::find(list.begin(), list.end(), static_cast<std::int32_t>(j)) != list.end();
      };
      if (!holds(a.near) || !holds(b.near)) k[i][j] = l[i][j] = 0;
    }
  for (Square* s : {&k, &l}) {
    s->resize(60);
    for (auto& row : *s) row.resize(60);
  }
  EXPECT_NEAR(mutual_hsic(a.near, b.near, identity_pairing(70), group, 1), dense_unbiased_hsic(k, l), 1e-12);
}

}  // namespace
}  // namespace vec2vec
