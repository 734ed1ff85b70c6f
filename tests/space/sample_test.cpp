// SPDX-License-Identifier: Apache-2.0
#include "space/sample.h"

#include <gtest/gtest.h>

#include "random_matrix.h"

namespace vec2vec {
namespace {

TEST(SpreadRows, BeginAtTheFirstRowAndLieEquallyFarApart) {
  for (Index i = 0; i < 5; ++i) EXPECT_EQ(spread_row<Index>(i, 5, 20), 4 * i);
  EXPECT_EQ(spread_row<Index>(2, 3, 10), 6);
  const Matrix rows = random_matrix(20, 3, 1);
  const SpreadRows spread(rows, 5);
  const MatrixView found = spread;
  ASSERT_EQ(found.rows, 5);
  for (Index i = 0; i < 5; ++i)
    for (Index c = 0; c < 3; ++c) EXPECT_EQ(found.row(i)[c], rows(4 * i, c));
}

TEST(SpreadRows, OfAllRowsAreTheRowsThemselves) {
  const Matrix rows = random_matrix(4, 3, 1);
  for (const Index count : {4, 5}) {
    const SpreadRows spread(rows, count);
    EXPECT_EQ(MatrixView(spread).data, rows.data());
    EXPECT_EQ(MatrixView(spread).rows, 4);
  }
}

}  // namespace
}  // namespace vec2vec
