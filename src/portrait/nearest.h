// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// A candidate and its inner product with the query.
using Near = std::pair<Index, double>;

/// For each of queries (q, d) the k candidates (n, d) of the largest inner products, best first, the first of equals before the
/// others. left_out[i] (if any are given) is no candidate of query i. Cost: 2 q n d flops; memory 64 n floats a thread.
std::vector<std::vector<Near>> nearest_candidates(MatrixView queries, MatrixView candidates, Index k, int threads,
                                                  const std::vector<Index>& left_out = {});

}  // namespace vec2vec
