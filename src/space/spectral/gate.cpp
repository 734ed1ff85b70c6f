// SPDX-License-Identifier: Apache-2.0
#include "space/spectral/gate.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/matrix/gemm.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

constexpr Index kMostDirections = 8;  // taken out in one round
constexpr int kMostRounds = 8;
/// The ratio of an eigenvalue to the next, and the directions' part of the variance (docs/how-it-works.md, step 1).
constexpr double kGap = 5, kLeastShare = 0.3, kMostShare = 0.95;

}  // namespace

Matrix dominating_directions(const Spectrum& principal) {
  const std::vector<double>& values = principal.values;
  const auto d = static_cast<Index>(values.size());
  const double total = std::accumulate(values.begin(), values.end(), 0.0);
  double share = 0;
  for (Index g = 1; g <= std::min(kMostDirections, d - 1) && total > 0; ++g) {
    const auto last = static_cast<std::size_t>(g - 1);
    share += values[last] / total;
    if (share < kLeastShare || share > kMostShare || values[last] <= kGap * values[last + 1]) continue;
    Matrix directions(g, d);
    for (Index i = 0; i < g; ++i)
      for (Index c = 0; c < d; ++c) directions(i, c) = principal.vectors(c, i);
    return directions;
  }
  return Matrix(0, d);
}

void drop_directions(MatrixView directions, MatrixSpan rows) {
  Matrix along(rows.rows, directions.rows);
  gemm(rows, false, directions, true, along.span());
  gemm(along, false, directions, false, rows, -1.0f, 1.0f);
  normalise_rows(rows);
}

Matrix spectral_gate(MatrixSpan rows, Spectrum& principal, int threads) {
  Matrix all(0, rows.cols);
  for (int round = 0; round < kMostRounds; ++round) {
    const Matrix found = dominating_directions(principal);
    if (found.rows() == 0) break;
    drop_directions(found, rows);
    principal = spectrum(rows, threads);
    Matrix both(all.rows() + found.rows(), rows.cols);
    std::copy_n(all.data(), all.rows() * all.cols(), both.data());
    std::copy_n(found.data(), found.rows() * found.cols(), both.row(all.rows()));
    all = std::move(both);
  }
  return all;
}

Matrix without_directions(MatrixView directions, Matrix weight) {
  const Matrix along = product(directions, weight);
  gemm(directions, true, along, false, weight.span(), -1.0f, 1.0f);
  return weight;
}

}  // namespace vec2vec
