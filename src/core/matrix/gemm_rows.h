// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// product(a, c) for rows that may come in any number: each row of c has the same bytes however many rows are given at once.
/// Fewer than 16 are filled up with zeros, because for few rows the libraries take other kernels, which add up in another
/// order. Where that order depends on larger numbers of rows too, each call gets one number of them (rows_of_a_call(), gemm.h).
/// Shapes: a (n, k), c (n, m).
void with_enough_rows(MatrixView a, MatrixSpan c, const std::function<void(MatrixView a, MatrixSpan c)>& product);

/// c = a * b, or a * b^T, by gemm (core/matrix/gemm.h) with enough rows. Shapes: a (n, k), b (k, m) or (m, k), c (n, m).
void gemm_rows(MatrixView a, MatrixView b, bool transpose_b, MatrixSpan c);

}  // namespace vec2vec
