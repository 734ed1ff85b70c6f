// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// c (p, q) = u diag(s) vt with k = min(p, q): u (p, k), s descending, vt (k, q).
struct Svd {
  Matrix u;
  std::vector<float> s;
  Matrix vt;
};

/// Thin singular value decomposition (LAPACK sgesdd, or sgesvd where that fails). Throws Error{kInternal} when neither
/// converges. Cost O(p q k).
Svd svd(MatrixView c);

}  // namespace vec2vec
