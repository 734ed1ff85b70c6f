// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Throws Error{kBadInput} when the rows of a (n, d_a) and of b (m, d_b), centred unit rows, are not of the same texts in the
/// same order: when they are not equally many, when the cosines of all pairs of rows of `a` do not correlate with those of `b`
/// (representational similarity, Kriegeskorte et al. 2008), or when they do so better with one side shifted by a row. Looks at
/// k = 1,000 rows at most, in unbroken runs spread evenly. Cost: 2 k^2 (d_a + 3 d_b) flops.
void check_same_texts(MatrixView a, const std::string& name_a, MatrixView b, const std::string& name_b);

}  // namespace vec2vec
