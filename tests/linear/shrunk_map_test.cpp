// SPDX-License-Identifier: Apache-2.0
#include "linear/shrunk_map.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/matrix/gemm.h"
#include "core/random.h"
#include "linear/polar.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

using Dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Dense to_dense(const Matrix& m) {
  return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(m.data(), m.rows(), m.cols())
      .cast<double>();
}

struct Pairs {
  Matrix x, t, cross;
  Spectrum spectrum_x;
};

/// Unit rows x (n, p) of uneven variance, and noisy images t (n, q) of them.
Pairs make_pairs(Index n, Index p, Index q) {
  Random random(3);
  Pairs out{Matrix(n, p), Matrix(n, q), {}, {}};
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < p; ++j) out.x(i, j) = static_cast<float>(random.normal() / (1.0 + 0.3 * static_cast<double>(j)));
  normalise_rows(out.x.span());
  Matrix truth(p, q);
  for (Index i = 0; i < p * q; ++i) truth.data()[i] = static_cast<float>(random.normal());
  gemm(out.x, false, truth, false, out.t.span());
  for (Index i = 0; i < n * q; ++i) out.t.data()[i] += static_cast<float>(0.3 * random.normal());
  out.cross = cross_product(out.x, out.t, 1);
  for (Index i = 0; i < p * q; ++i) out.cross.data()[i] /= static_cast<float>(n);
  out.spectrum_x = spectrum(out.x, 1);
  return out;
}

TEST(ShrunkMap, PowerOneIsRidgeRegression) {
  for (Index q : {6, 9, 14}) {
    const Pairs pairs = make_pairs(200, 9, q);
    const Dense x = to_dense(pairs.x), t = to_dense(pairs.t);
    const Dense ridge = (x.transpose() * x / 200 + 0.01 * Dense::Identity(9, 9)).ldlt().solve(x.transpose() * t / 200);
    EXPECT_LT((to_dense(shrunk_map(pairs.spectrum_x, pairs.cross, 0.01, 1)) - ridge).norm(), 1e-4 * ridge.norm()) << q;
  }
}

TEST(ShrunkMap, PowerZeroWithAHugeRidgeIsProcrustes) {
  const Pairs pairs = make_pairs(200, 9, 9);
  const double ridge = 1e6;
  const Dense map = to_dense(shrunk_map(pairs.spectrum_x, pairs.cross, ridge, 0)) * std::sqrt(ridge);
  EXPECT_LT((map - to_dense(polar_factor(pairs.cross))).norm(), 1e-3);
}

TEST(ShrunkMap, BearsFewerRowsThanDimensions) {
  const Pairs pairs = make_pairs(5, 9, 9);
  EXPECT_TRUE(to_dense(shrunk_map(pairs.spectrum_x, pairs.cross, 0.003, 0.25)).allFinite());
}

}  // namespace
}  // namespace vec2vec
