// SPDX-License-Identifier: Apache-2.0
#include "portrait/nearest.h"

#include <algorithm>
#include <numeric>

#include "core/matrix/blas.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"

namespace vec2vec {

std::vector<std::vector<Near>> nearest_candidates(MatrixView queries, MatrixView candidates, Index k, int threads,
                                                  const std::vector<Index>& left_out) {
  constexpr Index kBlock = 64;
  std::vector<std::vector<Near>> found(static_cast<std::size_t>(queries.rows));
  const OneBlasThread one_thread;
  parallel_blocks(queries.rows, kBlock, threads, [&](Index first, Index count) {
    const OneOpenMpThread one_openmp_thread;
    Matrix products(count, candidates.rows);
    gemm(queries.middle_rows(first, count), false, candidates, true, products.span());
    std::vector<Index> order;
    for (Index i = 0; i < count; ++i) {
      const float* product = products.row(i);
      order.resize(static_cast<std::size_t>(candidates.rows));
      std::iota(order.begin(), order.end(), Index{0});
      const auto query = static_cast<std::size_t>(first + i);
      if (!left_out.empty()) std::erase(order, left_out[query]);
      const auto kept = std::min(static_cast<std::size_t>(k), order.size());
      std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                        [&](Index a, Index b) { return product[a] != product[b] ? product[a] > product[b] : a < b; });
      for (std::size_t j = 0; j < kept; ++j) found[query].emplace_back(order[j], product[order[j]]);
    }
  });
  return found;
}

}  // namespace vec2vec
