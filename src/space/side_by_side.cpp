#include "space/side_by_side.h"

#include <algorithm>

#include "space/unit.h"

namespace vec2vec {

Matrix side_by_side(const std::vector<float>& shares, const std::vector<Matrix>& blocks) {
  Index dim = 0, first = 0;
  for (const Matrix& block : blocks) dim += block.cols();
  Matrix rows(blocks.at(0).rows(), dim);
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    const Matrix& block = blocks[k];
    for (Index i = 0; i < rows.rows(); ++i)
      for (Index c = 0; c < block.cols(); ++c) rows(i, first + c) = shares[k] * block(i, c);
    first += block.cols();
  }
  normalise_rows(rows.span());
  return rows;
}

Matrix columns_of(MatrixView m, Index first, Index count) {
  Matrix columns(m.rows, count);
  for (Index i = 0; i < m.rows; ++i) std::copy_n(m.row(i) + first, count, columns.row(i));
  return columns;
}

}  // namespace vec2vec
