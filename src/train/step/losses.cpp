// SPDX-License-Identifier: Apache-2.0
#include "train/step/losses.h"

#include "core/matrix/gemm.h"
#include "kernels/lane_sum.h"

namespace vec2vec::neural {

double distance_loss(MatrixView y, MatrixView target, double weight, MatrixSpan d_y) {
  const double n = static_cast<double>(y.rows);
  const float scale = static_cast<float>(weight / n);
  double sum = 0;
  for (Index i = 0; i < y.rows; ++i) {
    const float *a = y.row(i), *t = target.row(i);
    float* d = d_y.row(i);
    sum += lane_sum<float, 16>(y.cols, [a, t](Index c) { return (a[c] - t[c]) * (a[c] - t[c]); });
    for (Index c = 0; c < y.cols; ++c) d[c] += scale * (a[c] - t[c]);
  }
  return sum / (2 * n);
}

double preservation_loss(MatrixView y, MatrixView x, double weight, MatrixSpan d_y) {
  const double n = static_cast<double>(y.rows);
  Matrix difference(y.rows, y.rows);
  gemm(y, false, y, true, difference.span());
  gemm(x, false, x, true, difference.span(), -1.0f, 1.0f);
  double sum = 0;
  for (Index i = 0; i < y.rows; ++i) {
    const float* d = difference.row(i);
    sum += lane_sum<float, 16>(y.rows, [d](Index j) { return d[j] * d[j]; });
  }
  gemm(difference, false, y, false, d_y, static_cast<float>(4 * weight / n), 1.0f);
  return sum / n;
}

double least_squares_loss(MatrixView scores, double label, double weight, Index first, Index count, MatrixSpan d_scores) {
  const double n = static_cast<double>(scores.rows);
  double sum = 0;
  for (Index i = first; i < first + count; ++i) {
    const double difference = scores.row(i)[0] - label;
    sum += difference * difference;
    d_scores.row(i)[0] += static_cast<float>(weight * difference / n);
  }
  return sum / (2 * n);
}

}  // namespace vec2vec::neural
