// SPDX-License-Identifier: Apache-2.0
#pragma once
// GCC 12 takes the undefined sources of AVX-512 intrinsics for uninitialised variables (GCC bug 105593).
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Core>

#pragma GCC diagnostic pop

namespace vec2vec {

using Dense = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// op(a) * op(b) by BLAS.
Dense multiply(const Dense& a, bool transpose_a, const Dense& b, bool transpose_b);

/// Eigenvalues, descending, and eigenvectors in columns of a symmetric matrix (its lower triangle is read).
struct SymmetricEigen {
  Vector values;
  Dense vectors;
};
SymmetricEigen eigen_symmetric(Dense matrix);

/// matrix (p, q) = u diag(s) v^T with r = min(p, q): u (p, r), s descending, v (q, r).
struct ThinSvd {
  Dense u;
  Vector s;
  Dense v;
};
ThinSvd thin_svd(const Dense& matrix);

/// The singular values alone, descending.
Vector singular_values(const Dense& matrix);

}  // namespace vec2vec
