#include "core/matrix/gemm_rows.h"

#include <algorithm>

#include "core/matrix/gemm.h"

namespace vec2vec {

void with_enough_rows(MatrixView a, MatrixSpan c, const std::function<void(MatrixView, MatrixSpan)>& product) {
  constexpr Index kEnough = 16;
  if (a.rows == 0 || a.rows >= kEnough) return product(a, c);
  Matrix more_a(kEnough, a.cols), more_c(kEnough, c.cols);
  for (Index i = 0; i < a.rows; ++i) std::copy_n(a.row(i), a.cols, more_a.row(i));
  product(more_a, more_c.span());
  for (Index i = 0; i < a.rows; ++i) std::copy_n(more_c.row(i), c.cols, c.row(i));
}

void gemm_rows(MatrixView a, MatrixView b, bool transpose_b, MatrixSpan c) {
  with_enough_rows(a, c, [&](MatrixView x, MatrixSpan y) { gemm(x, false, b, transpose_b, y); });
}

}  // namespace vec2vec
