// SPDX-License-Identifier: Apache-2.0
#include "linear/shrunk_map.h"

#include <cmath>

#include "core/matrix/gemm.h"

namespace vec2vec {
namespace {

/// Row i of m times factor(i).
template <class Factor>
void scale_rows(Matrix& m, Factor factor) {
  for (Index i = 0; i < m.rows(); ++i) {
    const auto by = static_cast<float>(factor(static_cast<std::size_t>(i)));
    for (Index j = 0; j < m.cols(); ++j) m(i, j) *= by;
  }
}

}  // namespace

ShrunkMaps::ShrunkMaps(const Spectrum& source, MatrixView cross, double ridge) : source_(source), ridge_(ridge) {
  // In the basis of the principal directions A is diagonal.
  const auto whiten = [&](std::size_t i) { return 1 / std::sqrt(source.values[i] + ridge); };
  Matrix whitened(cross.rows, cross.cols);
  gemm(source.vectors, true, cross, false, whitened.span());
  scale_rows(whitened, whiten);
  parts_ = svd(whitened);
  scale_rows(parts_.u, whiten);
}

Matrix ShrunkMaps::of(double power) const {
  Matrix vt = parts_.vt;
  scale_rows(vt, [&](std::size_t i) { return std::pow(std::max(parts_.s[i], 1e-12f), power); });
  return product(source_.vectors, product(parts_.u, vt));
}

Matrix shrunk_map(const Spectrum& source, MatrixView cross, double ridge, double power) {
  return ShrunkMaps(source, cross, ridge).of(power);
}

}  // namespace vec2vec
