#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// c = alpha * op(a) * op(b) + beta * c, on the calling thread. Shapes: op(a) (n, k), op(b) (k, m), c (n, m).
void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0f, float beta = 0.0f);

/// a (n, k) times b (k, m).
Matrix product(MatrixView a, MatrixView b);

}  // namespace vec2vec
