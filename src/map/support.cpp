// SPDX-License-Identifier: Apache-2.0
#include "map/support.h"

#include <algorithm>
#include <vector>

#include "core/matrix/gemm_rows.h"
#include "core/random.h"
#include "space/kmeans.h"
#include "space/sample.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

constexpr Index kClusters = 64, kRows = 10000, kQuantiles = 101;

/// The largest cosine of each of rows (n, d) with any of centres (k, d).
std::vector<float> nearest_cosines(MatrixView rows, MatrixView centres) {
  Matrix cosines(rows.rows, centres.rows);
  gemm_rows(rows, centres, true, cosines.span());
  std::vector<float> nearest(static_cast<std::size_t>(rows.rows));
  for (Index i = 0; i < rows.rows; ++i)
    nearest[static_cast<std::size_t>(i)] = *std::max_element(cosines.row(i), cosines.row(i) + centres.rows);
  return nearest;
}

}  // namespace

Support support_of(MatrixView rows) {
  const SpreadRows sample(rows, kRows);
  const MatrixView spread = sample;
  // Clusters are nearer to their own rows than to others, so every other row makes them and the rest gives the quantiles.
  const MatrixView own{spread.data, (spread.rows + 1) / 2, spread.cols, 2 * spread.stride};
  const MatrixView others{spread.row(1), spread.rows / 2, spread.cols, 2 * spread.stride};
  Random random(0, Stream::kSupport);
  Support support;
  support.centres = kmeans_anchors(own, std::min(kClusters, own.rows / 4), 6, random);
  normalise_rows(support.centres.span());
  std::vector<float> nearest = nearest_cosines(others, support.centres);
  std::sort(nearest.begin(), nearest.end());
  support.quantiles = Matrix(1, kQuantiles);
  for (Index q = 0; q < kQuantiles; ++q)
    support.quantiles(0, q) = nearest[static_cast<std::size_t>(q * (others.rows - 1) / (kQuantiles - 1))];
  return support;
}

void support_quantiles(const Support& support, MatrixView rows, float* out) {
  const std::vector<float> nearest = nearest_cosines(rows, support.centres);
  const float* first = support.quantiles.row(0);
  const float* last = first + support.quantiles.cols();
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const float* above = std::upper_bound(first, last, nearest[i]);
    if (above == first || above == last) {
      out[i] = above == first ? 0.0f : 1.0f;
      continue;
    }
    const float part = (nearest[i] - above[-1]) / (above[0] - above[-1]);
    out[i] = (static_cast<float>(above - 1 - first) + part) / static_cast<float>(last - first - 1);
  }
}

}  // namespace vec2vec
