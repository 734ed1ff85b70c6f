// SPDX-License-Identifier: Apache-2.0
#include "measure/families/lists.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "measure/spaces.h"

namespace vec2vec {
namespace {

std::vector<std::int32_t> list(const Neighbours& near, Index i) { return {near.of(i).begin(), near.of(i).end()}; }

/// Both by plain recursion over prefixes.
Index slow_lcs(const std::vector<std::int32_t>& x, const std::vector<std::int32_t>& y, std::size_t i, std::size_t j) {
  if (i == 0 || j == 0) return 0;
  if (x[i - 1] == y[j - 1]) return slow_lcs(x, y, i - 1, j - 1) + 1;
  return std::max(slow_lcs(x, y, i - 1, j), slow_lcs(x, y, i, j - 1));
}
Index slow_edit(const std::vector<std::int32_t>& x, const std::vector<std::int32_t>& y, std::size_t i, std::size_t j) {
  if (i == 0 || j == 0) return static_cast<Index>(i + j);
  return std::min(
      {slow_edit(x, y, i - 1, j) + 1, slow_edit(x, y, i, j - 1) + 1, slow_edit(x, y, i - 1, j - 1) + (x[i - 1] != y[j - 1])});
}

class Lists : public ::testing::Test {
 protected:
  const Matrix rows = random_matrix(80, 7, 1);
  const Space a = space_of(rows, 5), b = space_of(related_rows(rows, 9, 0.5, 2), 5);
};

TEST_F(Lists, AgreeWithTheDefinitions) {
  const ListScores scores = list_scores(a.near, b.near, identity_pairing(80));
  double shared_sum = 0;
  for (Index i = 0; i < 80; ++i) {
    const auto x = list(a.near, i), y = list(b.near, i);
    std::vector<std::int32_t> shared;
    std::set<std::int32_t> sx(x.begin(), x.end()), sy(y.begin(), y.end());
    std::set_intersection(sx.begin(), sx.end(), sy.begin(), sy.end(), std::back_inserter(shared));
    const auto row = static_cast<std::size_t>(i);
    EXPECT_DOUBLE_EQ(scores.mutual[row], static_cast<double>(shared.size()) / 5);
    shared_sum += scores.mutual[row];
    EXPECT_EQ(scores.lcs[row], static_cast<double>(slow_lcs(x, y, 5, 5)));
    EXPECT_EQ(scores.edit[row], static_cast<double>(slow_edit(x, y, 5, 5)));
    bool cycle = false, back = false;
    for (const std::int32_t j : y)
      for (const std::int32_t m : a.near.of(j)) cycle = cycle || m == i;
    for (const std::int32_t j : x)
      for (const std::int32_t m : b.near.of(j)) back = back || m == i;
    EXPECT_EQ(scores.cycle[row], cycle);
    EXPECT_EQ(scores.cycle_back[row], back);
  }
  EXPECT_GT(shared_sum, 8);  // the spaces are related: the test compares more than zeros
}

TEST_F(Lists, AnyPairingIsTheSameAsReorderedRows) {
  const Pairing pairing = random_pairing(80, 3, 0);
  const Matrix related = related_rows(rows, 9, 0.5, 2);
  Space reordered = make_space({"b", related}, pairing, 1);
  find_neighbours(reordered, 5, 1);
  const ListScores by_pairing = list_scores(a.near, b.near, pairing);
  const ListScores by_rows = list_scores(a.near, reordered.near, identity_pairing(80));
  EXPECT_EQ(by_pairing.mutual, by_rows.mutual);
  EXPECT_EQ(by_pairing.cycle, by_rows.cycle);
  EXPECT_EQ(by_pairing.cycle_back, by_rows.cycle_back);
  EXPECT_EQ(by_pairing.lcs, by_rows.lcs);
  EXPECT_EQ(by_pairing.edit, by_rows.edit);
}

TEST_F(Lists, EqualSpacesGiveOne) {
  for (const Estimate& e : measure_lists(a, a, {.bootstrap = 10})) {
    if (e.key.starts_with("cycle")) continue;  // a row need not be among its neighbours' neighbours
    EXPECT_EQ(e.value, 1) << e.key;
  }
}

}  // namespace
}  // namespace vec2vec
