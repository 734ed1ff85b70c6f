// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/random.h"
#include "space/unit.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// (rows, cols) standard normal values.
inline Matrix random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  Matrix m(rows, cols);
  for (Index i = 0; i < rows * cols; ++i) m.data()[i] = static_cast<float>(random.normal());
  return m;
}

/// The same with rows of norm 1.
inline Matrix random_unit(Index rows, Index cols, std::uint64_t seed) {
  Matrix m = random_matrix(rows, cols, seed);
  normalise_rows(m.span());
  return m;
}

}  // namespace vec2vec
