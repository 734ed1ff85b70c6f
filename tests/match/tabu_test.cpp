// SPDX-License-Identifier: Apache-2.0
#include "match/tabu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace vec2vec {
namespace {

Matrix random_symmetric(Index k, Random& random) {
  Matrix m(k, k);
  for (Index i = 0; i < k; ++i)
    for (Index j = 0; j <= i; ++j) m(i, j) = m(j, i) = static_cast<float>(random.normal()) / static_cast<float>(k);
  return m;
}

TEST(TabuSearch, ReportsTheObjectiveOfAPermutation) {
  Random random(3);
  for (Index k : {2, 5, 17}) {
    const Matrix a = random_symmetric(k, random), b = random_symmetric(k, random);
    const Assignment found = tabu_search(a, b, 200, 2, random);
    std::vector<int> sorted = found.target;
    std::sort(sorted.begin(), sorted.end());
    for (Index i = 0; i < k; ++i) EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
    EXPECT_DOUBLE_EQ(found.objective, assignment_objective(a, b, found.target));
  }
}

TEST(TabuSearch, FindsTheOptimumOfSmallProblems) {
  Random random(5);
  for (int trial = 0; trial < 10; ++trial) {
    const Matrix a = random_symmetric(7, random), b = random_symmetric(7, random);
    std::vector<int> p(7);
    std::iota(p.begin(), p.end(), 0);
    double best = -1e30;
    do best = std::max(best, assignment_objective(a, b, p));
    while (std::next_permutation(p.begin(), p.end()));
    EXPECT_NEAR(tabu_search(a, b, 500, 2, random).objective, best, 1e-6);
  }
}

TEST(TabuSearch, FindsAPlantedPermutation) {
  Random random(7);
  constexpr Index k = 50;
  const Matrix a = random_symmetric(k, random);
  std::vector<int> planted(k);
  std::iota(planted.begin(), planted.end(), 0);
  random.shuffle(planted);
  Matrix b(k, k);
  for (Index i = 0; i < k; ++i)
    for (Index j = 0; j < k; ++j) b(planted[static_cast<std::size_t>(i)], planted[static_cast<std::size_t>(j)]) = a(i, j);
  EXPECT_EQ(tabu_search(a, b, 10000, 4, random).target, planted);
}

}  // namespace
}  // namespace vec2vec
