#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// Sum of term(0) ... term(n - 1) in 16 lanes, which compilers vectorise. The order of additions depends on n alone, unlike
/// that of libraries that peel off elements up to an aligned address: the same bytes in every run.
template <class Term>
float sum_in_lanes(Index n, Term term) {
  constexpr Index kLanes = 16;
  float lanes[kLanes] = {};
  Index j = 0;
  for (; j + kLanes <= n; j += kLanes)
    for (Index l = 0; l < kLanes; ++l) lanes[l] += term(j + l);
  for (Index l = 0; j < n; ++j, ++l) lanes[l] += term(j);
  float sum = 0;
  for (float lane : lanes) sum += lane;
  return sum;
}

}  // namespace vec2vec::neural
