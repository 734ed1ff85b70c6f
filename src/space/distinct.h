// SPDX-License-Identifier: Apache-2.0
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

/// The number of hashes that repeat an earlier one. Sorts its argument; O(n log n).
Index count_repeats(std::vector<RowHash>& hashes);

/// Rows without their repetitions. Texts that occur many times would otherwise form clusters of their own and outweigh all
/// others.
struct DistinctRows {
  Matrix copy;               ///< empty if all rows were kept
  MatrixView rows;           ///< into copy, or all the rows given
  std::vector<Index> place;  ///< of each row given: its number among `rows`; empty when all were kept
};

/// The rows of (n, d) that repeat no earlier one bit for bit. Repetitions of up to 1 % of the rows do no harm and stay.
DistinctRows distinct_rows(MatrixView rows);

}  // namespace vec2vec
