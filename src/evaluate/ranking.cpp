// SPDX-License-Identifier: Apache-2.0
#include "evaluate/ranking.h"

#include <algorithm>
#include <numeric>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/tell.h"
#include "evaluate/unit_rows.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kQueryBlock = 128;   // queries of one task
constexpr Index kTile = 2048;        // candidates of one product
constexpr Index kQueryGroup = 8192;  // queries between two calls of the progress functor

/// A run of positions first .. last - 1 in the shuffled order.
struct Span {
  Index first, last;
  Index size() const { return last - first; }
};

/// Centred unit rows order[positions] of rows, as float32, into out (at least positions.size() rows).
void gather(MatrixView rows, std::span<const Index> order, Span positions, std::span<const float> mean, Matrix& out,
            Index out_first) {
  std::vector<double> unit(mean.size());
  for (Index p = positions.first; p < positions.last; ++p) {
    centred_unit_row(rows.row(order[static_cast<std::size_t>(p)]), mean, unit);
    std::copy(unit.begin(), unit.end(), out.row(out_first + p - positions.first));
  }
}

/// Adds the candidates of one row of products to a standing.
void count(std::span<const float> products, float true_cosine, Standing& standing) {
  const float high = true_cosine + kTieTolerance, low = true_cosine - kTieTolerance;
  int above = 0, near = 0;
  for (const float x : products) {
    above += x > high;
    near += x >= low;
  }
  standing.above += above;
  standing.ties += near - above;
}

}  // namespace

double Standing::within(std::int64_t k) const {
  return std::clamp(static_cast<double>(k - above) / static_cast<double>(ties + 1), 0.0, 1.0);
}

std::vector<Standing> rank_true_rows(const RankingProblem& problem, std::uint64_t seed, int threads, const Progress& progress) {
  const Index n = problem.queries.rows, pool = problem.pool;
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  if (pool < n) Random(seed, Stream::kRankingPool).shuffle(order);

  std::vector<Standing> standings(static_cast<std::size_t>(n));
  Matrix tile(std::min(kTile, pool), problem.queries.cols);

  // One tile of candidates against one group of queries; each task owns the queries of its block.
  auto rank_group = [&](Span group, Span candidates) {
    constexpr Index kGatherBlock = 256;
    parallel_for((candidates.size() + kGatherBlock - 1) / kGatherBlock, threads, [&](Index block) {
      const Index first = candidates.first + block * kGatherBlock;
      gather(problem.candidates, order, {first, std::min(candidates.last, first + kGatherBlock)}, problem.mean, tile,
             first - candidates.first);
    });
    parallel_for((group.size() + kQueryBlock - 1) / kQueryBlock, threads, [&](Index block) {
      const Index first = group.first + block * kQueryBlock;
      const Span queries{first, std::min(group.last, first + kQueryBlock)};
      Matrix rows(queries.size(), problem.queries.cols), products(queries.size(), candidates.size());
      gather(problem.queries, order, queries, problem.mean, rows, 0);
      gemm(rows, false, tile.view().middle_rows(0, candidates.size()), true, products.span());
      for (Index q = queries.first; q < queries.last; ++q) {
        float* row = products.row(q - queries.first);
        if (q >= candidates.first && q < candidates.last) row[q - candidates.first] = -2.0f;  // the true row is no rival
        const auto i = static_cast<std::size_t>(order[static_cast<std::size_t>(q)]);
        count({row, static_cast<std::size_t>(candidates.size())}, problem.true_cosine[i], standings[i]);
      }
    });
  };

  for (Index pool_first = 0; pool_first < n; pool_first += pool) {
    const Span queries{pool_first, std::min(n, pool_first + pool)};
    const Index candidates_first = std::min(pool_first, n - pool);
    for (Index first = queries.first; first < queries.last; first += kQueryGroup) {
      const Span group{first, std::min(queries.last, first + kQueryGroup)};
      for (Index t = candidates_first; t < candidates_first + pool; t += kTile) {
        const double done = (static_cast<double>(first) + static_cast<double>(t - candidates_first) /
                                                              static_cast<double>(pool) * static_cast<double>(group.size())) /
                            static_cast<double>(n);
        tell(progress, "rank", done);
        rank_group(group, {t, std::min(candidates_first + pool, t + kTile)});
      }
    }
  }
  return standings;
}

}  // namespace vec2vec
