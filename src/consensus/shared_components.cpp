// SPDX-License-Identifier: Apache-2.0
#include "consensus/shared_components.h"

#include <algorithm>
#include <cmath>

#include "core/matrix/gemm.h"
#include "space/side_by_side.h"
#include "space/spectral/spectrum.h"

namespace vec2vec {
namespace {

// Chosen in docs/research/many-known.md, "What the consensus is made of".
constexpr Index kMostComponents = 128, kDirections = 256;
constexpr double kRidge = 1.0;         // in units of a space's mean variance
constexpr double kLeastShared = 1e-6;  // of the first component's eigenvalue; less is rounding

/// The leading directions (d, r) of rows (m, d), each scaled so that the rows have about unit variance along it.
Matrix whitening(MatrixView rows, int threads) {
  const Spectrum s = spectrum(rows, threads);
  double total = 0;
  for (double value : s.values) total += value;
  const double ridge = kRidge * total / static_cast<double>(rows.cols);
  Matrix whitened = columns_of(s.vectors, 0, std::min(kDirections, rows.cols));
  for (Index j = 0; j < whitened.cols(); ++j) {
    const double scale = 1 / std::sqrt(std::max(s.values[static_cast<std::size_t>(j)], 0.0) + ridge);
    for (Index i = 0; i < whitened.rows(); ++i) whitened(i, j) *= static_cast<float>(scale);
  }
  return whitened;
}

/// Scales each of the components (d, c) of rows (m, d) to the standard deviation that it explains in these rows.
void scale_to_explained(MatrixView rows, Matrix& components, int threads) {
  const Matrix shared = cross_product(rows, product(rows, components), threads);
  for (Index j = 0; j < components.cols(); ++j) {
    double length = 0, explained = 0;  // squares: of the coordinates, and of their products with the rows' columns
    for (Index i = 0; i < components.rows(); ++i) {
      length += static_cast<double>(components(i, j)) * shared(i, j);
      explained += static_cast<double>(shared(i, j)) * shared(i, j);
    }
    const auto scale = static_cast<float>(std::sqrt(explained) / std::max(length, 1e-30));
    for (Index i = 0; i < components.rows(); ++i) components(i, j) *= scale;
  }
}

}  // namespace

Matrix shared_components(const std::vector<Matrix>& spaces, MatrixView rows, int threads) {
  std::vector<Matrix> whitenings, whitened;
  Index most = 0;
  for (const Matrix& space : spaces) {
    whitenings.push_back(whitening(space, threads));
    whitened.push_back(product(space, whitenings.back()));
    most = std::max(most, space.cols());
  }
  const Spectrum shared = spectrum(side_by_side({whitened.begin(), whitened.end()}), threads);
  most = std::min({most, kMostComponents, rows.rows - 1});
  Index count = 1;
  while (count < most && shared.values[static_cast<std::size_t>(count)] > kLeastShared * shared.values[0]) ++count;
  const Matrix directions = columns_of(shared.vectors, 0, count);
  Matrix components(rows.cols, count);
  Index row = 0, direction = 0;
  for (const Matrix& to_white : whitenings) {
    gemm(to_white, false, directions.view().middle_rows(direction, to_white.cols()), false,
         components.span().middle_rows(row, to_white.rows()));
    row += to_white.rows();
    direction += to_white.cols();
  }
  scale_to_explained(rows, components, threads);
  return components;
}

}  // namespace vec2vec
