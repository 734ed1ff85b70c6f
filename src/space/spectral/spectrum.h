// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Principal directions of centred rows (n, d): covariance eigenvalues, descending, and eigenvectors (d, d) in columns.
struct Spectrum {
  std::vector<double> values;
  Matrix vectors;
};
Spectrum spectrum(MatrixView rows, int threads);

/// A view of the space (d, dims): the leading directions, scaled by (eigenvalue / first eigenvalue + 1e-4)^(-power / 2).
/// power 0 is PCA, 0.5 half-whitened, 1 whitened.
Matrix view_of(const Spectrum& spectrum, Index dims, double power);

/// unit(rows * projection): (n, d) and (d, v) -> (n, v).
Matrix project(MatrixView rows, MatrixView projection, int threads);

}  // namespace vec2vec
