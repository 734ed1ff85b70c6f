#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

struct SoftMatchOptions {
  float temperature = 0.05f;
  int passes = 2;  ///< Sinkhorn passes over rows and columns
  int threads = 0;
  bool bf16 = true;  ///< cosines in bfloat16 where the CPU has it (kernels/right_factor.h)
};

struct SoftMatch {
  Matrix targets;    ///< (n, q): row i is sum_j P_ij y_j, the soft counterpart of source row i
  double score = 0;  ///< sum(P * S) / sum(P): mean cosine under the coupling
};

/// Entropic coupling P (Cuturi 2013) of mapped source rows x (n, d) and target rows y (m, d), both of unit norm:
/// S = x y^T, P = diag(u) exp(S / temperature) diag(v) with near-uniform marginals, applied to carried (m, q), usually y
/// itself. The coupling is made in blocks of rows and never held whole. At temperatures of 0.05 or less, only entries within 6
/// temperatures of their row's best are kept when those are few: one sweep of 2 n m d flops. Else passes + 1 such sweeps and
/// one of 2 n m q; memory O(threads * 256 m + n q). The same bytes for any number of threads.
SoftMatch soft_match(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options);

/// The same by dense textbook loops; for tests.
SoftMatch soft_match_reference(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options);

}  // namespace vec2vec
