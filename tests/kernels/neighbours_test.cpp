// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbours.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

void expect_equal(const Neighbours& x, const Neighbours& y) {
  EXPECT_EQ(x.index, y.index);
  EXPECT_EQ(x.similarity, y.similarity);
}

TEST(Nearest, AgreesWithTheReference) {
  // Below, at and above a tile; a number of columns that no vector length divides.
  for (const Index n : {2, 17, 1023, 1024, 1025, 2300}) {
    const Matrix rows = random_unit(n, 21, static_cast<std::uint64_t>(n));
    for (const Index k : {Index{1}, Index{10}, n - 1}) {
      if (k >= n || (k > 10 && n > 1100)) continue;
      SCOPED_TRACE(std::to_string(n) + " rows, k " + std::to_string(k));
      const Neighbours expected = nearest_rows_reference({rows}, k);
      for (const bool bf16 : {false, true}) expect_equal(nearest_rows({rows}, k, 2, {}, bf16), expected);
    }
  }
}

TEST(Nearest, RowsCloserThanBf16CanTellAreSearchedAgain) {
  // Rows that differ from one direction by 0.01 have cosines of 1 within 1e-4, far below the rounding of bf16. None, some, and
  // most.
  for (const Index close : {0, 300, 1100}) {
    SCOPED_TRACE(std::to_string(close) + " close rows");
    Matrix rows = random_unit(1500, 24, 7);
    for (Index i = 1; i < close; ++i)
      for (Index j = 0; j < 24; ++j) rows(i, j) = rows(0, j) + 0.01f * rows(i, j);
    for (const bool bf16 : {false, true})
      expect_equal(nearest_rows({rows}, 10, 2, {}, bf16), nearest_rows_reference({rows}, 10));
  }
}

TEST(Nearest, ZeroRowsAndLongRowsAreNothingSpecial) {
  Matrix rows = random_unit(1500, 24, 8);
  for (Index j = 0; j < 24; ++j) {
    rows(3, j) = rows(1400, j) = 0;
    rows(5, j) *= 1000;
    rows(6, j) *= 1e-3f;
  }
  for (const bool bf16 : {false, true}) expect_equal(nearest_rows({rows}, 10, 2, {}, bf16), nearest_rows_reference({rows}, 10));
}

TEST(Nearest, EqualRowsComeInTheOrderOfTheirIndex) {
  // 1,500 rows, of which each is there 60 times: more than k + 8 candidates tie, across tiles.
  const Matrix few = random_unit(25, 33, 3);
  Matrix rows(1500, 33);
  for (Index i = 0; i < 1500; ++i) std::copy_n(few.row(i % 25), 33, rows.row(i));
  const Neighbours found = nearest_rows({rows}, 10, 2);
  for (Index i = 0; i < 1500; ++i) {
    Index expected = i % 25;
    for (const std::int32_t neighbour : found.of(i)) {
      if (expected == i) expected += 25;
      ASSERT_EQ(neighbour, expected) << "row " << i;
      expected += 25;
    }
  }
}

TEST(Nearest, SameBytesForAnyNumberOfThreads) {
  const Matrix rows = random_unit(3000, 40, 4);
  const Neighbours one = nearest_rows({rows}, 10, 1);
  expect_equal(one, nearest_rows({rows}, 10, 2));
  expect_equal(one, nearest_rows({rows}, 10, 5));
}

TEST(Nearest, ShiftsJoinTheProducts) {
  // Rows of norm 0.001 with shifts of the size of their products; then shifts that alone decide. Some rows are there twice.
  Matrix rows = random_unit(1500, 24, 9);
  for (Index i = 0; i < 1500; ++i)
    for (Index j = 0; j < 24; ++j) rows(i, j) = i % 7 == 1 ? rows(i - 1, j) : 1e-3f * rows(i, j);
  for (const double size : {1e-7, 1.0}) {
    SCOPED_TRACE(size);
    Random random(10);
    std::vector<float> shift(1500);
    for (float& s : shift) s = static_cast<float>(size * random.normal());
    for (std::size_t i = 1; i < 1500; i += 7) shift[i] = shift[i - 1];
    const Neighbours expected = nearest_rows_reference({rows, shift}, 10);
    for (const bool bf16 : {false, true}) expect_equal(nearest_rows({rows, shift}, 10, 2, {}, bf16), expected);
    const auto near = static_cast<std::size_t>(expected.of(0)[0]);
    double product = 0;
    for (Index j = 0; j < 24; ++j) product += static_cast<double>(rows(0, j)) * static_cast<double>(rows(expected.of(0)[0], j));
    EXPECT_NEAR(expected.similarity_of(0)[0], static_cast<double>(shift[0]) + static_cast<double>(shift[near]) + product,
                1e-15);
  }
}

TEST(Nearest, RefusesKOutOfRange) {
  const Matrix rows = random_unit(10, 4, 5);
  EXPECT_THROW(nearest_rows({rows}, 0, 1), Error);
  EXPECT_THROW(nearest_rows({rows}, 10, 1), Error);
}

TEST(Nearest, CanBeCancelled) {
  const Matrix rows = random_unit(100, 4, 6);
  try {
    nearest_rows({rows}, 3, 1, [](std::string_view, double) { return false; });
    FAIL() << "was not cancelled";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInterrupted);
  }
}

}  // namespace
}  // namespace vec2vec
