#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// unit([share_1 c_1, ..., share_K c_K]) of blocks c_k (n, d_k): of unit rows, the cosine of two such rows is the mean of the
/// blocks' cosines, weighted by share^2.
Matrix side_by_side(const std::vector<float>& shares, const std::vector<Matrix>& blocks);

/// Columns first .. first + count - 1 of m (n, d).
Matrix columns_of(MatrixView m, Index first, Index count);

}  // namespace vec2vec
