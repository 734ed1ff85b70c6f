// SPDX-License-Identifier: Apache-2.0
#include "portrait/plane.h"

#include <algorithm>
#include <cmath>

#include "core/matrix/gemm.h"
#include "linear/svd.h"

namespace vec2vec {
namespace {

/// The mean of rows (n, d), and the rows about it.
Matrix centred(MatrixView rows, std::vector<float>& mean) {
  mean.assign(static_cast<std::size_t>(rows.cols), 0.0f);
  for (Index i = 0; i < rows.rows; ++i)
    for (Index j = 0; j < rows.cols; ++j) mean[static_cast<std::size_t>(j)] += rows.row(i)[j] / static_cast<float>(rows.rows);
  Matrix out(rows.rows, rows.cols);
  for (Index i = 0; i < rows.rows; ++i)
    for (Index j = 0; j < rows.cols; ++j) out(i, j) = rows.row(i)[j] - mean[static_cast<std::size_t>(j)];
  return out;
}

}  // namespace

Matrix padded(MatrixView rows, Index wide) {
  Matrix out(rows.rows, wide);
  for (Index i = 0; i < rows.rows; ++i) std::copy_n(rows.row(i), rows.cols, out.row(i));
  return out;
}

Plane plane_of(const std::vector<MatrixView>& sets, MatrixView means) {
  std::vector<float> mean;
  const Matrix about = centred(means, mean);
  const Svd found = svd(about);
  Matrix axes(2, means.cols);  // of one direction only, the other axis stays zero
  for (Index a = 0; a < std::min<Index>(2, found.vt.rows()); ++a) {
    const float sign = found.u(0, a) < 0 ? -1.0f : 1.0f;
    for (Index j = 0; j < means.cols; ++j) axes(a, j) = sign * found.vt(a, j);
  }
  Plane plane;
  float largest = 1e-12f;
  for (const MatrixView& rows : sets) {
    Matrix& placed = plane.sets.emplace_back(rows.rows, 2);
    gemm(rows, false, axes, true, placed.span());
    for (Index a = 0; a < 2; ++a) {
      float middle = 0;
      for (Index j = 0; j < means.cols; ++j) middle += mean[static_cast<std::size_t>(j)] * axes(a, j);
      for (Index i = 0; i < rows.rows; ++i) {
        placed(i, a) -= middle;
        largest = std::max(largest, std::abs(placed(i, a)));
      }
    }
  }
  for (Matrix& placed : plane.sets)
    for (Index i = 0; i < placed.rows(); ++i)
      for (Index a = 0; a < 2; ++a) placed(i, a) /= largest;
  return plane;
}

}  // namespace vec2vec
