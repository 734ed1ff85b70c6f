// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

// Functions here are static, because kernels/loops compiles them for several kinds of CPU.

/// term(0) + ... + term(n - 1), in so many sums side by side that the compiler makes vector code of them and none waits for the
/// one before it. The order depends on n alone.
template <class Sum, Index kLanes, class Term>
static inline Sum lane_sum(Index n, const Term& term) {
  Sum lanes[kLanes] = {};
  Index j = 0;
  for (; j + kLanes <= n; j += kLanes)
    for (Index l = 0; l < kLanes; ++l) lanes[l] += term(j + l);
  Sum sum = 0;
  for (const Sum lane : lanes) sum += lane;
  for (; j < n; ++j) sum += term(j);
  return sum;
}

/// The same in double, for terms of float values.
template <class Term>
static inline double sum_in_double(Index n, const Term& term) {
  return lane_sum<double, 32>(n, term);
}

/// The sum of the squares of row (d).
static inline double squared_norm(const float* row, Index d) {
  return sum_in_double(d, [&](Index j) { return static_cast<double>(row[j]) * static_cast<double>(row[j]); });
}

}  // namespace vec2vec
