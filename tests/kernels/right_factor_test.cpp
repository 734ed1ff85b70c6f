// SPDX-License-Identifier: Apache-2.0
#include "kernels/right_factor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/random.h"
#include "random_matrix.h"

namespace vec2vec {
namespace {

/// x y or x y^T by its definition, in double.
double entry(const Matrix& x, const Matrix& y, RightFactor::Shape shape, Index i, Index j) {
  double sum = 0;
  for (Index c = 0; c < x.cols(); ++c) sum += static_cast<double>(x(i, c)) * (shape == RightFactor::kAsIs ? y(c, j) : y(j, c));
  return sum;
}

// Sizes on both sides of a tile of 1,024 columns; one row, and more than a block.
TEST(RightFactor, AgreesWithTheDefinition) {
  for (bool bf16 : {false, true})
    for (Index rows : {1, 70})
      for (Index width : {5, 1024, 1100})
        for (auto shape : {RightFactor::kAsIs, RightFactor::kTransposed}) {
          const Index depth = 33;
          const Matrix x = random_matrix(rows, depth, 1);
          const Matrix y = shape == RightFactor::kAsIs ? random_matrix(depth, width, 2) : random_matrix(width, depth, 2);
          Matrix out(rows, width);
          RightFactor(y, shape, bf16, 2).multiply(x, out.span());
          const double tolerance = bf16 ? 0.02 * std::sqrt(33.0) : 1e-4;
          for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < width; ++j)
              ASSERT_NEAR(out(i, j), entry(x, y, shape, i, j), tolerance) << bf16 << rows << width;
        }
}

TEST(RightFactor, RoundingToBf16MovesARowByWhatItSays) {
  // 1 + 2^-8 lies halfway between two numbers of 8 bits, 1 is one of them, 1 + 3 2^-9 goes up by 2^-9.
  const float eighth = 0x1p-8f;
  Matrix rows(2, 3);
  rows(0, 0) = 1;
  rows(1, 0) = 1 + eighth, rows(1, 1) = -1 - eighth, rows(1, 2) = 1 + 1.5f * eighth;
  const std::vector<double> moved = round_to_bf16(rows, 2).moved;
  EXPECT_EQ(moved[0], 0);
  EXPECT_DOUBLE_EQ(moved[1], 0x1p-9 * std::sqrt(4 + 4 + 1));
}

TEST(RightFactor, RowsRoundedBeforehandGiveTheSameProducts) {
  if (!has_bf16()) GTEST_SKIP() << "this CPU or build multiplies no bfloat16";
  const Matrix x = random_matrix(40, 70, 1), y = random_matrix(50, 70, 2);
  const RightFactor factor(y, RightFactor::kTransposed, true, 1);
  Matrix at_once(30, 50), beforehand(30, 50);
  factor.multiply(x.view().middle_rows(10, 30), at_once.span());
  factor.multiply(round_to_bf16(x, 2), 10, beforehand.span());
  for (Index i = 0; i < 30 * 50; ++i) ASSERT_EQ(at_once.data()[i], beforehand.data()[i]);
}

TEST(RightFactor, WritesIntoStridedRowsOnly) {
  const Matrix x = random_matrix(3, 8, 1), y = random_matrix(8, 5, 2);
  Matrix wide(3, 7);
  for (Index i = 0; i < 3 * 7; ++i) wide.data()[i] = -1;
  RightFactor(y, RightFactor::kAsIs, true, 1).multiply(x, {wide.data(), 3, 5, 7});
  for (Index i = 0; i < 3; ++i) {
    EXPECT_NEAR(wide(i, 4), entry(x, y, RightFactor::kAsIs, i, 4), 0.1);
    EXPECT_EQ(wide(i, 5), -1);
    EXPECT_EQ(wide(i, 6), -1);
  }
}

}  // namespace
}  // namespace vec2vec
