// SPDX-License-Identifier: Apache-2.0
#include "space/sample.h"

#include <algorithm>

namespace vec2vec {

Matrix gather(MatrixView from, const std::vector<Index>& indices) {
  Matrix out(static_cast<Index>(indices.size()), from.cols);
  for (Index i = 0; i < out.rows(); ++i) std::copy_n(from.row(indices[static_cast<std::size_t>(i)]), from.cols, out.row(i));
  return out;
}

SpreadRows::SpreadRows(MatrixView from, Index count) : view_(from) {
  if (count >= from.rows) return;
  copy_ = Matrix(count, from.cols);
  for (Index i = 0; i < count; ++i) std::copy_n(from.row(spread_row(i, count, from.rows)), from.cols, copy_.row(i));
  view_ = copy_;
}

}  // namespace vec2vec
