// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

struct SoftMatchOptions {
  float temperature = 0.05f;
  int passes = 2;  ///< Sinkhorn passes over rows and columns
  int threads = 0;
  bool bf16 = true;  ///< cosines in bfloat16 where the CPU has it (kernels/right_factor.h)
};

/// Entropic coupling P (Cuturi 2013) of mapped source rows x (n, d) and target rows y (m, d), both of unit norm:
/// S = x y^T, P = diag(u) exp(S / temperature) diag(v) with near-uniform marginals, applied to carried (m, q), usually y
/// itself. Returns (n, q): row i is the soft counterpart of source row i, the mean of carried's rows weighted by P_i. The
/// kernel is made in blocks of rows and kept, in bfloat16 where `bf16` holds, while it has 128 MiB or less. At temperatures of
/// 0.05 or less, only entries within 6 temperatures of their row's best are kept when those are few. Cost: 2 n m (d + q) flops;
/// a kernel that is not kept is made `passes` times more. The same bytes for any number of threads.
Matrix soft_match(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options);

/// Mean cosine under the coupling, sum(P * S) / sum(P), from the soft counterparts (n, d) of x (n, d) among y itself.
double soft_score(MatrixView x, MatrixView counterparts);

/// soft_match by dense textbook loops; for tests.
Matrix soft_match_reference(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options);

}  // namespace vec2vec
