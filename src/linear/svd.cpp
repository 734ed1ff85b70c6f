// SPDX-License-Identifier: Apache-2.0
#include "linear/svd.h"

#include <algorithm>

#include "core/matrix/blas.h"
#include "vec2vec/error.h"

namespace vec2vec {

Svd svd(MatrixView c) {
  const Index k = std::min(c.rows, c.cols);
  const int p = static_cast<int>(c.rows), q = static_cast<int>(c.cols), r = static_cast<int>(k);
  Svd out{Matrix(c.rows, k), std::vector<float>(static_cast<std::size_t>(k)), Matrix(k, c.cols)};
  float *s = out.s.data(), *u = out.u.data(), *vt = out.vt.data();
  Matrix work(c.rows, c.cols);  // destroyed by each solver
  const auto fill_work = [&] {
    for (Index i = 0; i < c.rows; ++i) std::copy_n(c.row(i), c.cols, work.row(i));
  };
  const OneBlasThread one_thread;
  fill_work();
  if (LAPACKE_sgesdd(LAPACK_ROW_MAJOR, 'S', p, q, work.data(), q, s, u, r, vt, q) == 0) return out;
  // Divide and conquer fails on some matrices of many tiny singular values, where the slower QR iteration does not.
  fill_work();
  std::vector<float> unconverged(static_cast<std::size_t>(k));
  if (LAPACKE_sgesvd(LAPACK_ROW_MAJOR, 'S', 'S', p, q, work.data(), q, s, u, r, vt, q, unconverged.data()) != 0)
    throw Error(ErrorKind::kInternal, "the singular value solver did not converge");
  return out;
}

}  // namespace vec2vec
