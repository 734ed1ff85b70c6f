// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// y (n, m) += bias (1, m) in every row.
void add_bias(MatrixSpan y, MatrixView bias);

/// sums (1, m) += the sums of the columns of x (n, m).
void add_column_sums(MatrixView x, MatrixSpan sums);

/// Layer normalisation (Ba et al. 2016, epsilon 1e-5) and SiLU, row by row:
///   xhat = (x - mean(x)) / sqrt(var(x) + epsilon),   out = silu(xhat * gain + shift) + residual,   silu(t) = t / (1 + e^-t)
/// x (n, m) is overwritten by xhat; inverse_deviation (n); gain, shift (1, m); residual (n, m), or no data for none.
void norm_silu_forward(MatrixSpan x, float* inverse_deviation, MatrixView gain, MatrixView shift, MatrixView residual,
                       MatrixSpan out);

/// From d_out (n, m): d_norm (n, m), the gradient at xhat * gain + shift, and d_x (n, m), the gradient at x.
void norm_silu_backward(MatrixView d_out, MatrixView xhat, const float* inverse_deviation, MatrixView gain, MatrixView shift,
                        MatrixSpan d_norm, MatrixSpan d_x);

/// d_gain (1, m) += column sums of d_norm * xhat;  d_shift (1, m) += column sums of d_norm.
void add_norm_gradients(MatrixView d_norm, MatrixView xhat, MatrixSpan d_gain, MatrixSpan d_shift);

/// Scales the rows of x (n, d) to norm 1 in place and keeps their norms (n), at least 1e-12.
void unit_forward(MatrixSpan x, float* norms);

/// From d_y (n, d) at y = unit(x): d_x = (d_y - y (y . d_y)) / norm, in place.
void unit_backward(MatrixView y, const float* norms, MatrixSpan d_y);

}  // namespace vec2vec::neural
