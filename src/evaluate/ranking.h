// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec {

/// Where the true row of one query stands in its pool.
struct Standing {
  std::int64_t above = 0;  ///< candidates nearer than the true row
  std::int64_t ties = 0;   ///< other candidates as near as the true row, within kTieTolerance

  /// Mean over the orders that break ties at random; 1 = best.
  double rank() const { return 1.0 + static_cast<double>(above) + 0.5 * static_cast<double>(ties); }
  /// Chance to be among the first k when ties are broken at random.
  double within(std::int64_t k) const;
};

/// Two cosines nearer than this are a tie: float32 products of equal rows differ by less.
constexpr float kTieTolerance = 1e-6f;

struct RankingProblem {
  MatrixView queries, candidates;      ///< (n, d) each; candidate i is the true row of query i
  std::span<const float> mean;         ///< d values, subtracted from the unit rows of both sides
  std::span<const float> true_cosine;  ///< n centred cosines of query i with candidate i
  Index pool = 0;                      ///< candidates per query, in [2, n]
};

/// The standing of each query among its pool. For pool < n the rows are cut, in an order shuffled by seed, into pools of
/// exactly `pool` candidates; the last pool also holds rows of the one before, which serve as candidates only. Cost: 2 n pool d
/// flops in tiles of fixed size; the counts do not depend on threads. Memory O(n) + 20 MB a thread at d = 768.
std::vector<Standing> rank_true_rows(const RankingProblem& problem, std::uint64_t seed, int threads, const Progress& progress);

}  // namespace vec2vec
