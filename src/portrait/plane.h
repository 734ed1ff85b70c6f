// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Rows of several sets in one plane.
struct Plane {
  std::vector<Matrix> sets;  ///< (n_k, 2) each, within [-1, 1]
};

/// The plane in which the means of the groups lie furthest apart: the leading two directions of means (k, d) about their own
/// mean. sets (n_k, d) each. The signs of the axes are such that the first mean lies at the upper right.
Plane plane_of(const std::vector<MatrixView>& sets, MatrixView means);

/// Rows (n, d) with zeros behind them, (n, wide): coordinates of spaces of different dimensions side by side.
Matrix padded(MatrixView rows, Index wide);

}  // namespace vec2vec
