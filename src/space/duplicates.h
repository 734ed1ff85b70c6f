#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// 128 bits that tell rows apart; two different rows of a billion collide with a chance below 1e-20. Not for adversaries.
using RowHash = std::pair<std::uint64_t, std::uint64_t>;

/// The hash of the bits of row (dim values): 0.0 and -0.0 differ, equal NaN bit patterns are equal.
RowHash hash_row(const float* row, Index dim);

/// How many hashes repeat one before them. Sorts its argument; O(n log n).
Index count_repeats(std::vector<RowHash>& hashes);

}  // namespace vec2vec
