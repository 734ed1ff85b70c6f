// SPDX-License-Identifier: Apache-2.0
#include "linear/shrunk_map.h"

#include <cmath>

#include "core/matrix/gemm.h"
#include "linear/svd.h"

namespace vec2vec {
namespace {

/// Row i of m times factor(i).
template <class Factor>
void scale_rows(Matrix& m, Factor factor) {
  for (Index i = 0; i < m.rows(); ++i)
    for (Index j = 0; j < m.cols(); ++j) m(i, j) *= static_cast<float>(factor(static_cast<std::size_t>(i)));
}

}  // namespace

Matrix shrunk_map(const Spectrum& source, MatrixView cross, double ridge, double power) {
  // In the basis of the principal directions A is diagonal.
  const auto whiten = [&](std::size_t i) { return 1 / std::sqrt(source.values[i] + ridge); };
  Matrix whitened(cross.rows, cross.cols);
  gemm(source.vectors, true, cross, false, whitened.span());
  scale_rows(whitened, whiten);
  Svd parts = svd(whitened);
  scale_rows(parts.vt, [&](std::size_t i) { return std::pow(std::max(parts.s[i], 1e-12f), power); });
  scale_rows(parts.u, whiten);
  return product(source.vectors, product(parts.u, parts.vt));
}

}  // namespace vec2vec
