// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/random.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// k centroids (k, d) of rows (n, d) by k-means++ seeding and `iterations` Lloyd steps (Arthur & Vassilvitskii 2007), then
/// centred on their mean. Empty clusters keep their centroid. Cost: 2 n k d (iterations + 1) flops; single-threaded.
Matrix kmeans_anchors(MatrixView rows, Index k, int iterations, Random& random);

/// For each of rows (n, d) the nearest of centroids (k, d), the first of equals. Cost: 2 n k d flops; single-threaded.
std::vector<int> nearest_centroids(MatrixView rows, const Matrix& centroids);

}  // namespace vec2vec
