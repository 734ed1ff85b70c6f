#include "linear/polar.h"

#include <lapacke.h>

#include <algorithm>
#include <vector>

#include "core/gemm.h"
#include "vec2vec/error.h"

namespace vec2vec {

Matrix polar_factor(MatrixView c) {
  const Index p = c.rows, q = c.cols, k = std::min(p, q);
  Matrix work(p, q), u(p, k), vt(k, q), out(p, q);
  for (Index i = 0; i < p; ++i) std::copy_n(c.row(i), q, work.row(i));
  std::vector<float> s(static_cast<std::size_t>(k));
  const int info = LAPACKE_sgesdd(LAPACK_ROW_MAJOR, 'S', static_cast<int>(p), static_cast<int>(q), work.data(),
                                  static_cast<int>(q), s.data(), u.data(), static_cast<int>(k), vt.data(), static_cast<int>(q));
  if (info != 0) throw Error(ErrorKind::kInternal, "the singular value solver did not converge");
  gemm(u, false, vt, false, out.span());
  return out;
}

}  // namespace vec2vec
