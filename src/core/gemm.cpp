#include "core/gemm.h"

#include <cblas.h>

namespace vec2vec {

void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha, float beta) {
  const Index k = transpose_a ? a.rows : a.cols;
  if (c.rows == 0 || c.cols == 0) return;
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              static_cast<int>(c.rows), static_cast<int>(c.cols), static_cast<int>(k), alpha, a.data,
              static_cast<int>(a.stride), b.data, static_cast<int>(b.stride), beta, c.data, static_cast<int>(c.stride));
}

Matrix product(MatrixView a, MatrixView b) {
  Matrix c(a.rows, b.cols);
  gemm(a, false, b, false, c.span());
  return c;
}

}  // namespace vec2vec
