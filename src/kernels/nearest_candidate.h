// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// For each row of queries (q, d): the candidate (n, d) of the largest inner product, the first of equals.
struct NearestOf {
  std::vector<Index> index;
  std::vector<double> value;
};
NearestOf nearest_of(MatrixView queries, MatrixView candidates, int threads);

}  // namespace vec2vec
