// SPDX-License-Identifier: Apache-2.0
#include "measure/prepared/side.h"

#include <gtest/gtest.h>

#include "measure/spaces.h"

namespace vec2vec {
namespace {

TEST(Side, TwoNearestNeighboursFindTheDimensionOfASphere) {
  for (const Index dimension : {2, 5}) {
    // Rows of norm 1 in dimension + 1 of 40 coordinates.
    Matrix rows(3000, 40);
    const Matrix directions = random_matrix(3000, dimension + 1, static_cast<std::uint64_t>(dimension));
    for (Index i = 0; i < 3000; ++i) std::copy_n(directions.row(i), dimension + 1, rows.row(i));
    const MeasuredSide side = measure_side(space_of(rows, 2), {.bootstrap = 200});
    const auto truth = static_cast<double>(dimension);
    EXPECT_NEAR(side.intrinsic_dimension.value, truth, 0.08 * truth);
    EXPECT_NEAR(side.intrinsic_dimension_fit, truth, 0.12 * truth);
    EXPECT_LT(side.intrinsic_dimension.low, side.intrinsic_dimension.value);
    EXPECT_GT(side.intrinsic_dimension.high, side.intrinsic_dimension.value);
    EXPECT_NEAR(side.isotropy.value, 1, 0.02);
  }
}

TEST(Side, TheFitFindsTheRateOfExactQuantiles) {
  std::vector<double> log_ratios;
  for (int i = 0; i < 1000; ++i) log_ratios.push_back(-std::log(1 - i / 1000.0) / 7);
  EXPECT_NEAR(two_nn_fit(log_ratios), 7, 1e-9);
}

TEST(Side, CountsRowsWithoutDirectionAndRepeats) {
  Matrix rows = random_matrix(50, 6, 1);
  std::fill_n(rows.row(3), 6, 0.0f);
  for (const Index copy : {10, 20}) std::copy_n(rows.row(0), 6, rows.row(copy));
  const MeasuredSide side = measure_side(space_of(rows), {.bootstrap = 0});
  EXPECT_EQ(side.zero_rows, 1);
  EXPECT_EQ(side.repeated_rows, 3);
  EXPECT_TRUE(std::isfinite(side.intrinsic_dimension.value));
}

TEST(Side, IntrinsicDimensionOfRepeatsAloneIsUndefined) {
  const Matrix few = random_matrix(5, 6, 1);
  Matrix rows(40, 6);
  for (Index i = 0; i < 40; ++i) std::copy_n(few.row(i % 5), 6, rows.row(i));
  EXPECT_TRUE(std::isnan(measure_side(space_of(rows), {}).intrinsic_dimension.value));
}

}  // namespace
}  // namespace vec2vec
