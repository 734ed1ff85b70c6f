// SPDX-License-Identifier: Apache-2.0
#include "space/kmeans.h"

#include <algorithm>
#include <vector>

#include "core/matrix/gemm.h"
#include "kernels/loops/loops.h"

namespace vec2vec {
namespace {

float squared_norm(const float* a, Index d) {
  float sum = 0;
  for (Index c = 0; c < d; ++c) sum += a[c] * a[c];
  return sum;
}

/// k-means++: each next seed is drawn with probability proportional to the squared distance to the nearest seed.
Matrix seeds(MatrixView rows, Index k, Random& random) {
  const Index n = rows.rows, d = rows.cols;
  Matrix centroids(k, d), projection(n, 1);
  std::vector<float> norm(static_cast<std::size_t>(n)), distance(static_cast<std::size_t>(n), 1e30f);
  for (Index i = 0; i < n; ++i) norm[static_cast<std::size_t>(i)] = squared_norm(rows.row(i), d);
  Index chosen = random.below(n);
  for (Index c = 0; c < k; ++c) {
    std::copy_n(rows.row(chosen), d, centroids.row(c));
    if (c + 1 == k) break;
    gemm(rows, false, centroids.view().middle_rows(c, 1), true, projection.span());
    const float own = squared_norm(centroids.row(c), d);
    double total = 0;
    for (Index i = 0; i < n; ++i) {
      float& best = distance[static_cast<std::size_t>(i)];
      best = std::min(best, std::max(0.0f, norm[static_cast<std::size_t>(i)] + own - 2 * projection(i, 0)));
      total += best;
    }
    double left = random.uniform() * total;
    for (chosen = 0; chosen + 1 < n && (left -= distance[static_cast<std::size_t>(chosen)]) > 0;) ++chosen;
  }
  return centroids;
}

/// Calls each(i, c) for every row i, c being its nearest centroid.
template <class Each>
void for_nearest(MatrixView rows, const Matrix& centroids, const Each& each) {
  constexpr Index kBlock = 1024;
  const Index n = rows.rows, k = centroids.rows();
  Matrix similarity(kBlock, k);
  std::vector<float> half_norm(static_cast<std::size_t>(k));
  for (Index c = 0; c < k; ++c) half_norm[static_cast<std::size_t>(c)] = 0.5f * squared_norm(centroids.row(c), rows.cols);
  for (Index begin = 0; begin < n; begin += kBlock) {
    const MatrixView block = rows.middle_rows(begin, std::min(kBlock, n - begin));
    const MatrixSpan s = similarity.span().middle_rows(0, block.rows);
    gemm(block, false, centroids, true, s);
    for (Index i = 0; i < block.rows; ++i) {
      const float* row = s.row(i);
      Index best = 0;
      float best_value = row[0] - half_norm[0];  // a well predicted branch is faster here than vector code
      for (Index c = 1; c < k; ++c)
        if (const float value = row[c] - half_norm[static_cast<std::size_t>(c)]; value > best_value) {
          best_value = value;
          best = c;
        }
      each(begin + i, best);
    }
  }
}

}  // namespace

Matrix kmeans_anchors(MatrixView rows, Index k, int iterations, Random& random) {
  const Index d = rows.cols;
  const Loops& loop = loops();
  Matrix centroids = seeds(rows, k, random);
  std::vector<float> count(static_cast<std::size_t>(k));
  for (int iteration = 0; iteration < iterations; ++iteration) {
    Matrix sums(k, d);
    std::fill(count.begin(), count.end(), 0.0f);
    for_nearest(rows, centroids, [&](Index i, Index c) {
      count[static_cast<std::size_t>(c)] += 1;
      loop.add_scaled(sums.row(c), 1.0f, rows.row(i), d);
    });
    for (Index c = 0; c < k; ++c)
      if (const float size = count[static_cast<std::size_t>(c)]; size > 0)
        for (Index j = 0; j < d; ++j) centroids(c, j) = sums(c, j) / size;
  }
  for (Index j = 0; j < d; ++j) {
    float mean = 0;
    for (Index c = 0; c < k; ++c) mean += centroids(c, j);
    mean /= static_cast<float>(k);
    for (Index c = 0; c < k; ++c) centroids(c, j) -= mean;
  }
  return centroids;
}

std::vector<int> nearest_centroids(MatrixView rows, const Matrix& centroids) {
  std::vector<int> nearest(static_cast<std::size_t>(rows.rows));
  for_nearest(rows, centroids, [&](Index i, Index c) { nearest[static_cast<std::size_t>(i)] = static_cast<int>(c); });
  return nearest;
}

}  // namespace vec2vec
