// SPDX-License-Identifier: Apache-2.0
#include "linear/svd.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/matrix/gemm.h"
#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

Matrix product_of(const Svd& f) {
  Matrix scaled = f.u, out(f.u.rows(), f.vt.cols());
  for (Index i = 0; i < scaled.rows(); ++i)
    for (Index j = 0; j < scaled.cols(); ++j) scaled(i, j) *= f.s[static_cast<std::size_t>(j)];
  gemm(scaled, false, f.vt, false, out.span());
  return out;
}

void expect_factors(const Matrix& c) {
  const Svd f = svd(c);
  const Index k = std::min(c.rows(), c.cols());
  ASSERT_EQ(static_cast<Index>(f.s.size()), k);
  EXPECT_TRUE(std::is_sorted(f.s.rbegin(), f.s.rend()));
  Matrix left(k, k), right(k, k);
  gemm(f.u, true, f.u, false, left.span());
  gemm(f.vt, false, f.vt, true, right.span());
  for (Index i = 0; i < k; ++i)
    for (Index j = 0; j < k; ++j) {
      EXPECT_NEAR(left(i, j), i == j, 1e-5);
      EXPECT_NEAR(right(i, j), i == j, 1e-5);
    }
  const Matrix again = product_of(f);
  for (Index i = 0; i < c.rows() * c.cols(); ++i) EXPECT_NEAR(again.data()[i], c.data()[i], 1e-5 * (1 + f.s[0]));
}

TEST(Svd, FactorsMatricesOfAnyShape) {
  for (const auto& [p, q] : {std::pair<Index, Index>{7, 7}, {5, 12}, {12, 5}, {1, 9}}) expect_factors(random_matrix(p, q, 1));
}

TEST(Svd, FactorsWhereMostSingularValuesAreNothing) {
  Matrix c(20, 20), low(20, 20);
  const Matrix a = random_matrix(20, 2, 2);
  gemm(a, false, a, true, c.span());
  expect_factors(c);
  expect_factors(low);  // all zero
}

TEST(Svd, SaysWhenNoSolverConverges) {
  Matrix c = random_matrix(6, 6, 3);
  c(2, 2) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(svd(c), Error);
}

}  // namespace
}  // namespace vec2vec
