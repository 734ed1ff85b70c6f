#include "linear/svd.h"

#include <lapacke.h>

#include <algorithm>

#include "vec2vec/error.h"

namespace vec2vec {

Svd svd(MatrixView c) {
  const Index p = c.rows, q = c.cols, k = std::min(p, q);
  Matrix work(p, q);
  for (Index i = 0; i < p; ++i) std::copy_n(c.row(i), q, work.row(i));
  Svd out{Matrix(p, k), std::vector<float>(static_cast<std::size_t>(k)), Matrix(k, q)};
  const int info =
      LAPACKE_sgesdd(LAPACK_ROW_MAJOR, 'S', static_cast<int>(p), static_cast<int>(q), work.data(), static_cast<int>(q),
                     out.s.data(), out.u.data(), static_cast<int>(k), out.vt.data(), static_cast<int>(q));
  if (info != 0) throw Error(ErrorKind::kInternal, "the singular value solver did not converge");
  return out;
}

}  // namespace vec2vec
