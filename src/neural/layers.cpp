// SPDX-License-Identifier: Apache-2.0
#include "neural/layers.h"

#include <algorithm>
#include <cmath>

#include "kernels/loops/loops.h"

namespace vec2vec::neural {
void add_bias(MatrixSpan y, MatrixView bias) {
  for (Index i = 0; i < y.rows; ++i) loops().add_scaled(y.row(i), 1.0f, bias.data, y.cols);
}

void add_column_sums(MatrixView x, MatrixSpan sums) {
  for (Index i = 0; i < x.rows; ++i) loops().add_scaled(sums.data, 1.0f, x.row(i), x.cols);
}

void norm_silu_forward(MatrixSpan x, float* inverse_deviation, MatrixView gain, MatrixView shift, MatrixView residual,
                       MatrixSpan out) {
  for (Index i = 0; i < x.rows; ++i)
    inverse_deviation[i] =
        loops().norm_silu(x.row(i), gain.data, shift.data, residual.data ? residual.row(i) : nullptr, out.row(i), x.cols);
}

void norm_silu_backward(MatrixView d_out, MatrixView xhat, const float* inverse_deviation, MatrixView gain, MatrixView shift,
                        MatrixSpan d_norm, MatrixSpan d_x) {
  for (Index i = 0; i < d_out.rows; ++i)
    loops().norm_silu_back(d_out.row(i), xhat.row(i), inverse_deviation[i], gain.data, shift.data, d_norm.row(i), d_x.row(i),
                           xhat.cols);
}

void add_norm_gradients(MatrixView d_norm, MatrixView xhat, MatrixSpan d_gain, MatrixSpan d_shift) {
  for (Index i = 0; i < d_norm.rows; ++i)
    loops().add_norm_gradients(d_norm.row(i), xhat.row(i), d_gain.data, d_shift.data, d_norm.cols);
}

void unit_forward(MatrixSpan x, float* norms) {
  for (Index i = 0; i < x.rows; ++i) {
    float* v = x.row(i);
    norms[i] = std::max(std::sqrt(loops().dot(v, v, x.cols)), 1e-12f);
    loops().scale(v, 1.0f / norms[i], v, x.cols);
  }
}

void unit_backward(MatrixView y, const float* norms, MatrixSpan d_y) {
  for (Index i = 0; i < y.rows; ++i) loops().take_off_along(d_y.row(i), y.row(i), 1.0f / norms[i], y.cols);
}

}  // namespace vec2vec::neural
