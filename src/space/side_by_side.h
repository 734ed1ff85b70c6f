// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// [b_1, ..., b_K] of blocks b_k (n, d_k).
Matrix side_by_side(const std::vector<MatrixView>& blocks);

/// Columns first .. first + count - 1 of m (n, d).
Matrix columns_of(MatrixView m, Index first, Index count);

}  // namespace vec2vec
