// SPDX-License-Identifier: Apache-2.0
#include "core/matrix/gemm_rows.h"

#include <algorithm>

#include "core/matrix/gemm.h"

namespace vec2vec {

void with_enough_rows(MatrixView a, MatrixSpan c, const std::function<void(MatrixView, MatrixSpan)>& product) {
  constexpr Index kEnough = 16;
  const Index block = rows_of_a_call();
  const Index most = block > 0 ? block : a.rows, least = block > 0 ? block : kEnough;
  for (Index first = 0; first < a.rows; first += most) {
    const Index count = std::min(most, a.rows - first);
    if (count >= least) {
      product(a.middle_rows(first, count), c.middle_rows(first, count));
      continue;
    }
    Matrix more_a(least, a.cols), more_c(least, c.cols);
    for (Index i = 0; i < count; ++i) std::copy_n(a.row(first + i), a.cols, more_a.row(i));
    product(more_a, more_c.span());
    for (Index i = 0; i < count; ++i) std::copy_n(more_c.row(i), c.cols, c.row(first + i));
  }
}

void gemm_rows(MatrixView a, MatrixView b, bool transpose_b, MatrixSpan c) {
  with_enough_rows(a, c, [&](MatrixView x, MatrixSpan y) { gemm(x, false, b, transpose_b, y); });
}

}  // namespace vec2vec
