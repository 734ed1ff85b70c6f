// SPDX-License-Identifier: Apache-2.0
#include "space/distinct.h"

#include <gtest/gtest.h>

#include "random_matrix.h"

namespace vec2vec {
namespace {

TEST(DistinctRows, AreTheFirstOfEachAndPlacesNameThem) {
  Matrix rows = random_matrix(200, 5, 1);
  for (Index i = 100; i < 150; ++i) std::copy_n(rows.row(i % 3), 5, rows.row(i));
  const DistinctRows distinct = distinct_rows(rows);
  ASSERT_EQ(distinct.rows.rows, 150);
  ASSERT_EQ(distinct.place.size(), 200u);
  for (Index i = 0; i < 200; ++i)
    for (Index c = 0; c < 5; ++c) EXPECT_EQ(distinct.rows.row(distinct.place[static_cast<std::size_t>(i)])[c], rows(i, c));
}

TEST(DistinctRows, AFewRepetitionsStay) {
  Matrix rows = random_matrix(200, 5, 1);
  std::copy_n(rows.row(0), 5, rows.row(1));
  const DistinctRows distinct = distinct_rows(rows);
  EXPECT_EQ(distinct.rows.data, rows.data());
  EXPECT_TRUE(distinct.place.empty());
}

}  // namespace
}  // namespace vec2vec
