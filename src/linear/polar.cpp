// SPDX-License-Identifier: Apache-2.0
#include "linear/polar.h"

#include "core/matrix/gemm.h"
#include "linear/svd.h"

namespace vec2vec {

Matrix polar_factor(MatrixView c) {
  const Svd parts = svd(c);
  return product(parts.u, parts.vt);
}

}  // namespace vec2vec
