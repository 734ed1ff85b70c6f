// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/right_factor.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec {

/// The k nearest other rows of each of n rows, best first; equal similarities in the order of their index.
struct Neighbours {
  Index rows = 0, k = 0;
  std::vector<std::int32_t> index;  ///< (rows, k)
  std::vector<double> similarity;   ///< (rows, k)

  std::span<const std::int32_t> of(Index i) const { return {index.data() + i * k, static_cast<std::size_t>(k)}; }
  std::span<const double> similarity_of(Index i) const { return {similarity.data() + i * k, static_cast<std::size_t>(k)}; }
};

/// Rows (n, d) and what their similarity is: shift[i] + shift[j] + rows_i . rows_j, or without shifts (empty, else n) the inner
/// product. Unit rows less a centre c, with shift = c . row, have their cosines less c . c, and float32 still tells them apart
/// when all cosines are nearly 1.
struct ComparedRows {
  MatrixView rows;
  std::span<const float> shift = {};
};

/// Exact nearest rows by similarity, a row itself left out; 1 <= k < n < 2^31. Values must be finite.
/// Blocked GEMM with the selection fused into it: S = rows rows^T is symmetric, so each tile above the diagonal serves both its
/// rows and its columns. bf16 products choose some 2 k candidates, which are ranked again in double. A list is kept when its
/// least similarity exceeds what a dropped row could have at most, by a bound on the rounding; other rows are searched again
/// with float32 products and k + 8 candidates, all rows when half are open. bf16 = false takes these from the start. Cost: n^2
/// d flops; memory O(n (k + d)) + 4 MiB a thread. The same bytes for any number of threads, with or without bf16.
Neighbours nearest_rows(const ComparedRows& rows, Index k, int threads, const Progress& progress = {}, bool bf16 = has_bf16());

/// The same by a full sort of double products; for tests.
Neighbours nearest_rows_reference(const ComparedRows& rows, Index k);

}  // namespace vec2vec
