// SPDX-License-Identifier: Apache-2.0
#include "measure/prepared/dense.h"

#include <algorithm>

#include "core/matrix/blas.h"
#include "vec2vec/error.h"
#include "vec2vec/matrix.h"

namespace vec2vec {
namespace {

void require_convergence(int info) {
  if (info != 0) throw Error(ErrorKind::kInternal, "a matrix decomposition did not converge", "measure");
}

/// Singular values and, when u is given, vectors. Divide and conquer is several times as fast but now and then fails on many
/// equal singular values, which whitened covariances have; QR iteration does not.
void decompose(const Dense& matrix, Vector& s, Dense* u, Dense* vt) {
  const OneBlasThread one_thread;
  const auto p = static_cast<lapack_int>(matrix.rows()), q = static_cast<lapack_int>(matrix.cols()), r = std::min(p, q);
  const char job = u ? 'S' : 'N';
  double* u_data = u ? u->data() : nullptr;
  double* vt_data = vt ? vt->data() : nullptr;
  Dense work = matrix;
  if (LAPACKE_dgesdd(LAPACK_COL_MAJOR, job, p, q, work.data(), p, s.data(), u_data, p, vt_data, r) == 0) return;
  work = matrix;
  Vector unconverged(r);
  require_convergence(
      LAPACKE_dgesvd(LAPACK_COL_MAJOR, job, job, p, q, work.data(), p, s.data(), u_data, p, vt_data, r, unconverged.data()));
}

}  // namespace

Dense multiply(const Dense& a, bool transpose_a, const Dense& b, bool transpose_b) {
  const auto m = transpose_a ? a.cols() : a.rows(), k = transpose_a ? a.rows() : a.cols();
  const auto n = transpose_b ? b.rows() : b.cols();
  Dense c = Dense::Zero(m, n);
  if (c.size() == 0 || k == 0) return c;
  const OneBlasThread one_thread;
  cblas_dgemm(CblasColMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), 1.0, a.data(), static_cast<int>(a.rows()),
              b.data(), static_cast<int>(b.rows()), 0.0, c.data(), static_cast<int>(m));
  return c;
}

SymmetricEigen eigen_symmetric(Dense matrix) {
  const OneBlasThread one_thread;
  const auto n = static_cast<lapack_int>(matrix.rows());
  Vector values(n);
  require_convergence(LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, matrix.data(), n, values.data()));
  return {values.reverse(), matrix.rowwise().reverse()};
}

ThinSvd thin_svd(const Dense& matrix) {
  const Index r = std::min(matrix.rows(), matrix.cols());
  ThinSvd svd{Dense(matrix.rows(), r), Vector(r), Dense()};
  Dense vt(r, matrix.cols());
  decompose(matrix, svd.s, &svd.u, &vt);
  svd.v = vt.transpose();
  return svd;
}

Vector singular_values(const Dense& matrix) {
  Vector s(std::min(matrix.rows(), matrix.cols()));
  decompose(matrix, s, nullptr, nullptr);
  return s;
}

}  // namespace vec2vec
