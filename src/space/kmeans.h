#pragma once
#include "core/random.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// k centroids (k, d) of rows (n, d) by k-means++ seeding and `iterations` Lloyd steps (Arthur & Vassilvitskii 2007), then
/// centred on their mean. Empty clusters keep their centroid. Cost: 2 n k d (iterations + 1) flops; single-threaded.
Matrix kmeans_anchors(MatrixView rows, Index k, int iterations, Random& random);

}  // namespace vec2vec
