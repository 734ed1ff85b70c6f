// SPDX-License-Identifier: Apache-2.0
// What several spaces have in common, told from what each has alone.
#include "consensus/shared_components.h"

#include <gtest/gtest.h>

#include <cmath>

#include "align/planted.h"
#include "core/matrix/gemm.h"
#include "linear/svd.h"
#include "space/side_by_side.h"
#include "space/spectral/spectrum.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

constexpr Index kRows = 3000, kShared = 6, kPrivate = 20;

/// Centred unit rows of spaces that see the same latent points (n, kShared), beside louder columns that each has alone.
struct Spaces {
  Matrix points = latent(kRows, kShared, 1);
  std::vector<Matrix> rows;

  explicit Spaces(std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      Matrix alone = latent(kRows, kPrivate, 10 + k);
      for (Index i = 0; i < kRows * kPrivate; ++i) alone.data()[i] *= 1.5f;
      rows.push_back(centre(product(side_by_side({points, alone}), random_map(kShared + kPrivate, 40, 20 + k)), 1).rows);
    }
  }
  Matrix side() const { return side_by_side({rows.begin(), rows.end()}); }
};

/// The smallest canonical correlation of the first columns of a with those of b, both (n, d), centred here.
double least_correlation(const Matrix& a, const Matrix& b, Index count) {
  const auto basis = [&](const Matrix& m) {
    Matrix columns = columns_of(m, 0, count);
    for (Index j = 0; j < count; ++j) {
      double mean = 0;
      for (Index i = 0; i < columns.rows(); ++i) mean += columns(i, j) / static_cast<double>(columns.rows());
      for (Index i = 0; i < columns.rows(); ++i) columns(i, j) -= static_cast<float>(mean);
    }
    return svd(columns).u;
  };
  return svd(cross_product(basis(a), basis(b), 1)).s.back();
}

TEST(SharedComponents, ComeBeforeWhatASpaceHasAlone) {
  const Spaces spaces(3);
  const Matrix side = spaces.side();
  const Matrix components = shared_components(spaces.rows, side, 1);
  ASSERT_EQ(components.rows(), 3 * 40);
  ASSERT_LE(components.cols(), 40);
  EXPECT_GT(least_correlation(product(side, components), spaces.points, kShared), 0.95);
  // The principal directions are those of the louder private columns.
  EXPECT_LT(least_correlation(product(side, columns_of(spectrum(side, 1).vectors, 0, kShared)), spaces.points, kShared), 0.5);
}

TEST(SharedComponents, HaveTheVarianceThatTheyExplain) {
  const Spaces spaces(2);
  const Matrix side = spaces.side();
  const Matrix at = product(side, shared_components(spaces.rows, side, 1));
  for (const Index j : {Index{0}, Index{5}, Index{20}}) {
    double square = 0, explained = 0;
    for (Index i = 0; i < kRows; ++i) square += static_cast<double>(at(i, j)) * at(i, j);
    for (Index c = 0; c < side.cols(); ++c) {
      double with = 0;
      for (Index i = 0; i < kRows; ++i) with += static_cast<double>(at(i, j)) * side(i, c);
      explained += with * with;
    }
    EXPECT_NEAR(explained / square / square, 1, 1e-3) << j;
  }
}

TEST(SharedComponents, AreTheSameForAnyNumberOfThreads) {
  const Spaces spaces(2);
  const Matrix side = spaces.side(), one = shared_components(spaces.rows, side, 1),
               three = shared_components(spaces.rows, side, 3);
  EXPECT_TRUE(std::equal(one.data(), one.data() + one.rows() * one.cols(), three.data()));
}

TEST(SharedComponents, AreFewerThanTheRows) {
  const Spaces spaces(2);
  std::vector<Matrix> few;
  for (const Matrix& rows : spaces.rows) {
    few.emplace_back(10, rows.cols());
    for (Index i = 0; i < 10; ++i) std::copy_n(rows.row(i), rows.cols(), few.back().row(i));
  }
  const Matrix components = shared_components(few, side_by_side({few.begin(), few.end()}), 1);
  EXPECT_LT(components.cols(), 10);
  for (Index i = 0; i < components.rows() * components.cols(); ++i) ASSERT_TRUE(std::isfinite(components.data()[i]));
}

}  // namespace
}  // namespace vec2vec
