#include "linear/svd.h"

#include <lapacke.h>

#include <algorithm>

#include "vec2vec/error.h"

namespace vec2vec {

Svd svd(MatrixView c) {
  const Index p = c.rows, q = c.cols, k = std::min(p, q);
  Svd out{Matrix(p, k), std::vector<float>(static_cast<std::size_t>(k)), Matrix(k, q)};
  const auto with = [&](auto solver) {
    Matrix work(p, q);  // destroyed by the solver
    for (Index i = 0; i < p; ++i) std::copy_n(c.row(i), q, work.row(i));
    return solver(work.data(), static_cast<int>(p), static_cast<int>(q), static_cast<int>(k));
  };
  const int info = with([&](float* work, int m, int n, int r) {
    return LAPACKE_sgesdd(LAPACK_ROW_MAJOR, 'S', m, n, work, n, out.s.data(), out.u.data(), r, out.vt.data(), n);
  });
  if (info == 0) return out;
  if (info < 0) throw Error(ErrorKind::kInternal, "a matrix to be decomposed holds values that are not finite");
  // Divide and conquer fails on some matrices of many tiny singular values, where the slower QR iteration does not.
  std::vector<float> superdiagonal(static_cast<std::size_t>(k));
  if (with([&](float* work, int m, int n, int r) {
        return LAPACKE_sgesvd(LAPACK_ROW_MAJOR, 'S', 'S', m, n, work, n, out.s.data(), out.u.data(), r, out.vt.data(), n,
                              superdiagonal.data());
      }) != 0)
    throw Error(ErrorKind::kInternal, "the singular value solver did not converge");
  return out;
}

}  // namespace vec2vec
