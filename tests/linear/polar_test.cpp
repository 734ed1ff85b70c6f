// SPDX-License-Identifier: Apache-2.0
#include "linear/polar.h"

#include <gtest/gtest.h>

#include "core/matrix/gemm.h"
#include "core/random.h"
#include "random_matrix.h"

namespace vec2vec {
namespace {

TEST(Polar, IsSemiOrthogonal) {
  for (auto [p, q] : {std::pair<Index, Index>{12, 12}, {8, 20}, {20, 8}}) {
    const Matrix w = polar_factor(random_matrix(p, q, 1));
    const Index k = std::min(p, q);
    Matrix gram(k, k);
    if (p <= q)
      gemm(w, false, w, true, gram.span());
    else
      gemm(w, true, w, false, gram.span());
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < k; ++j) EXPECT_NEAR(gram(i, j), i == j ? 1.0f : 0.0f, 1e-5);
  }
}

TEST(Polar, RecoversTheOrthogonalFactor) {
  // c = q s with s symmetric positive definite: the polar factor is q.
  const Matrix q = polar_factor(random_matrix(10, 10, 2)), r = random_matrix(10, 10, 3);
  Matrix s(10, 10), c(10, 10);
  gemm(r, true, r, false, s.span());
  gemm(q, false, s, false, c.span());
  const Matrix found = polar_factor(c);
  for (Index i = 0; i < 100; ++i) EXPECT_NEAR(found.data()[i], q.data()[i], 1e-3);
}

}  // namespace
}  // namespace vec2vec
