// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// Every loss returns its value and adds weight times its gradient to d_y, of the shape of y.

/// 1/n sum_i |y_i - t_i|^2 / 2 of rows y (n, d) and constant targets t (n, d); 1 - cosine when both are unit rows.
/// Reconstruction, cycle consistency and matching losses.
double distance_loss(MatrixView y, MatrixView target, double weight, MatrixSpan d_y);

/// Vector-space preservation (vec2vec, eq. of L_VSP): 1/n sum_ij (y_i . y_j - x_i . x_j)^2 of y (n, d) and constant x (n, e).
/// Cost: 2 n^2 (e + 2 d) flops.
double preservation_loss(MatrixView y, MatrixView x, double weight, MatrixSpan d_y);

/// Least-squares GAN (Mao et al. 2017): 1/n sum_i (s_i - label)^2 / 2 of scores s (n, 1), for the n rows of which these are
/// rows first .. first + count - 1 of s; the value is that range's part.
double least_squares_loss(MatrixView scores, double label, double weight, Index first, Index count, MatrixSpan d_scores);

}  // namespace vec2vec::neural
