// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// c = alpha * op(a) * op(b) + beta * c, on the calling thread, by oneDNN where the build has it, else by BLAS.
/// Shapes: op(a) (n, k), op(b) (k, m), c (n, m).
void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0f, float beta = 0.0f);

/// How many rows each call has to have for each row of c to be summed in one order, whatever its place; 0 if any number from 16
/// on will do. Kernels take 6 rows at a time, or so, and add up what is left over in another order: those of OpenBLAS, and of
/// oneDNN on CPUs without AVX-512.
Index rows_of_a_call();

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
  [[maybe_unused]] int before_ = 1;  // without oneDNN
};

/// a^T b (p, q) for tall a (n, p) and b (n, q).
Matrix cross_product(MatrixView a, MatrixView b, int threads);

}  // namespace vec2vec
