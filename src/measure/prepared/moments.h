// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"
#include "measure/prepared/dense.h"

namespace vec2vec {

/// Sums over pairs of rows x (d_x) and y (d_y), each less its space's centre (for accuracy only): what every feature-space
/// measure needs. Sums of disjoint sets of pairs add and subtract.
struct Moments {
  double n = 0;
  Vector x, y;       ///< sums of rows
  Dense xx, yy, xy;  ///< sums of outer products (d_x, d_x), (d_y, d_y), (d_x, d_y); xx and yy in the lower triangle only

  Moments& operator+=(const Moments& other);
  Moments operator-(const Moments& other) const;
};

/// The sum of some rows of a space (d), each less its centre.
Vector sum_of_rows(const Space& space, std::span<const Index> rows);

/// Which of the two large self products to leave out (empty) because the caller has them.
enum class Products { kAll, kCross, kCrossAndY };

/// Moments of pairs (rows_x[i], rows_y[i]) of two spaces, in double. Cost n (d_x + d_y)^2 flops; memory O((d_x + d_y)^2). Split
/// by columns of the outcome, so the bytes do not depend on threads.
Moments moments(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y, Products products,
                int threads);

/// Centred second moments divided by n: covariances, whole (not only their lower triangles).
struct Covariance {
  double n = 0;
  Vector mean_x, mean_y;
  Dense xx, yy, xy;
};
Covariance covariance(const Moments& sums);

}  // namespace vec2vec
