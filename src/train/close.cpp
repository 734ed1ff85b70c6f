// SPDX-License-Identifier: Apache-2.0
#include "train/close.h"

#include "align/effort.h"
#include "align/pairs/pairs.h"
#include "core/matrix/gemm.h"
#include "kernels/soft_match.h"
#include "linear/shrunk_map.h"
#include "space/sample.h"
#include "space/spectral/spectrum.h"

namespace vec2vec::neural {

void close(Network& network, const TrainingRows& rows, int threads) {
  constexpr Index kMostRows = 20000;
  constexpr double kViewPower = 0.25, kShrinkage = 0.25;  // those of align/refine/refine.cpp
  const SpreadRows x(rows.train[0], kMostRows), y(rows.train[1], kMostRows);
  const Index fewer = std::min(MatrixView(x).rows, MatrixView(y).rows);
  const Matrix f = network.translate(x, threads);
  const Matrix view = view_of(spectrum(y, threads), MatrixView(y).cols, kViewPower);
  const Matrix counterparts =
      soft_match(project(f, view, threads), project(y, view, threads), y, {0.8f * refine_temperature(fewer), 2, threads});
  const Matrix cross = cross_product(f, counterparts, threads);
  const Pairs pairs{network.translate(rows.pairs[0], threads), rows.pairs[1]};
  const Matrix mean = mean_cross({cross, f.rows()}, pairs, threads);
  network.multiply_output(shrunk_map(spectrum(f, threads), mean, last_ridge(fewer), kShrinkage));
}

}  // namespace vec2vec::neural
