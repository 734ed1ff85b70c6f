// SPDX-License-Identifier: Apache-2.0
#include "kernels/nearest_candidate.h"

#include <algorithm>

#include "core/matrix/gemm.h"
#include "core/parallel.h"

namespace vec2vec {

NearestOf nearest_of(MatrixView queries, MatrixView candidates, int threads) {
  constexpr Index kQueries = 128, kCandidates = 2048;
  NearestOf result{std::vector<Index>(static_cast<std::size_t>(queries.rows)),
                   std::vector<double>(static_cast<std::size_t>(queries.rows), -2.0)};
  parallel_for((queries.rows + kQueries - 1) / kQueries, threads, [&](Index block) {
    const Index first = block * kQueries, count = std::min(kQueries, queries.rows - first);
    Matrix products(count, std::min(kCandidates, candidates.rows));
    for (Index begin = 0; begin < candidates.rows; begin += kCandidates) {
      const Index width = std::min(kCandidates, candidates.rows - begin);
      const MatrixSpan tile{products.data(), count, width, products.cols()};
      gemm(queries.middle_rows(first, count), false, candidates.middle_rows(begin, width), true, tile);
      for (Index i = 0; i < count; ++i) {
        const float* best = std::max_element(tile.row(i), tile.row(i) + width);
        const auto q = static_cast<std::size_t>(first + i);
        if (static_cast<double>(*best) <= result.value[q]) continue;
        result.value[q] = static_cast<double>(*best);
        result.index[q] = begin + (best - tile.row(i));
      }
    }
  });
  return result;
}

}  // namespace vec2vec
