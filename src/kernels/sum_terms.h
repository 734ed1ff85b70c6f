#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// term(0) + ... + term(count - 1) in double, in so many sums side by side that the compiler makes vector code of them and none
/// waits for the one before it. The order depends on `count` alone.
template <class Term>
double sum_terms(Index count, const Term& term) {
  constexpr Index kSums = 32;
  double sums[kSums] = {};
  Index j = 0;
  for (; j + kSums <= count; j += kSums)
    for (Index s = 0; s < kSums; ++s) sums[s] += term(j + s);
  double total = 0;
  for (; j < count; ++j) total += term(j);
  for (const double sum : sums) total += sum;
  return total;
}

/// The sum of the squares of row (d).
inline double squared_norm(const float* row, Index d) {
  return sum_terms(d, [&](Index j) { return static_cast<double>(row[j]) * static_cast<double>(row[j]); });
}

}  // namespace vec2vec
