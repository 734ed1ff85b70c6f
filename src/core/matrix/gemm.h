// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// c = alpha * op(a) * op(b) + beta * c, on the calling thread, by oneDNN where the build has it, else by BLAS.
/// Shapes: op(a) (n, k), op(b) (k, m), c (n, m).
void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0f, float beta = 0.0f);

/// Whether gemm adds up a row of c in another order for other numbers of rows, of 16 and more: oneDNN does without AVX-512.
bool sums_depend_on_rows();

/// a (n, k) times b (k, m).
Matrix product(MatrixView a, MatrixView b);

/// While it lives, oneDNN calls of this thread use this thread alone; the host's own OpenMP setting comes back afterwards.
class OneOpenMpThread {
 public:
  OneOpenMpThread();
  ~OneOpenMpThread();
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  int before_ = 1;
};

/// a^T b (p, q) for tall a (n, p) and b (n, q).
Matrix cross_product(MatrixView a, MatrixView b, int threads);

}  // namespace vec2vec
