// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// The number of the i-th of `count` rows that are spread evenly over n rows; 0 <= i < count <= n. All samples that are not
/// random use it.
template <std::integral Number>
constexpr Number spread_row(Number i, Number count, Number n) {
  return i * n / count;
}

/// min(count, n) rows spread evenly over `from` (n, d): `from` itself if that is all of them, otherwise a copy.
class SpreadRows {
 public:
  SpreadRows(MatrixView from, Index count);
  operator MatrixView() const { return view_; }

 private:
  Matrix copy_;
  MatrixView view_;
};

/// Copies the rows of `from` named by `indices`.
Matrix gather(MatrixView from, const std::vector<Index>& indices);

}  // namespace vec2vec
