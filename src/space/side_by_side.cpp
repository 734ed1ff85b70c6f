// SPDX-License-Identifier: Apache-2.0
#include "space/side_by_side.h"

#include <algorithm>

namespace vec2vec {

Matrix side_by_side(const std::vector<MatrixView>& blocks) {
  Index dim = 0, first = 0;
  for (const MatrixView& block : blocks) dim += block.cols;
  Matrix rows(blocks.at(0).rows, dim);
  for (const MatrixView& block : blocks) {
    for (Index i = 0; i < rows.rows(); ++i) std::copy_n(block.row(i), block.cols, rows.row(i) + first);
    first += block.cols;
  }
  return rows;
}

Matrix columns_of(MatrixView m, Index first, Index count) {
  Matrix columns(m.rows, count);
  for (Index i = 0; i < m.rows; ++i) std::copy_n(m.row(i) + first, count, columns.row(i));
  return columns;
}

}  // namespace vec2vec
