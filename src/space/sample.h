#pragma once
#include <concepts>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// The i-th of `count` rows spread evenly over n, as every sample without chance is drawn: 0 <= i < count <= n.
template <std::integral Number>
constexpr Number spread_row(Number i, Number count, Number n) {
  return i * n / count;
}

/// min(count, n) rows spread evenly over `from` (n, d): `from` itself when that is all of them, else a copy.
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
