// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/random.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

struct Assignment {
  double objective = 0;     ///< sum_ij a_ij b_p(i)p(j)
  std::vector<int> target;  ///< p: anchor i of a corresponds to anchor target[i] of b
};

/// Quadratic assignment: maximises sum_ij a_ij b_p(i)p(j) over permutations p by robust tabu search (Taillard 1991) from
/// `starts` random permutations. a and b (k, k) symmetric. Each iteration looks at all k (k - 1) / 2 swaps; gains are kept
/// up to date in O(1) a swap: 3 k^2 vectorised operations an iteration.
Assignment tabu_search(MatrixView a, MatrixView b, int iterations, int starts, Random& random);

/// The objective by its definition. O(k^2).
double assignment_objective(MatrixView a, MatrixView b, const std::vector<int>& target);

}  // namespace vec2vec
