// SPDX-License-Identifier: Apache-2.0
#include "space/spectral/spectrum.h"

#include <algorithm>
#include <cmath>

#include "core/matrix/blas.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 512;

}  // namespace

Spectrum spectrum(MatrixView rows, int threads) {
  const Index d = rows.cols;
  const Matrix covariance = cross_product(rows, rows, threads);
  std::vector<double> c(static_cast<std::size_t>(d * d)), w(static_cast<std::size_t>(d));
  for (Index i = 0; i < d * d; ++i) c[static_cast<std::size_t>(i)] = covariance.data()[i] / static_cast<double>(rows.rows);
  const OneBlasThread one_thread;
  if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', static_cast<int>(d), c.data(), static_cast<int>(d), w.data()) != 0)
    throw Error(ErrorKind::kInternal, "the eigenvalue solver did not converge");
  Spectrum out{std::vector<double>(w.rbegin(), w.rend()), Matrix(d, d)};
  for (double& value : out.values) value = std::max(value, 0.0);
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j) out.vectors(i, j) = static_cast<float>(c[static_cast<std::size_t>(i * d + d - 1 - j)]);
  return out;
}

Matrix view_of(const Spectrum& spectrum, Index dims, double power) {
  const Index d = spectrum.vectors.rows();
  dims = std::min(dims, d);
  Matrix view(d, dims);
  for (Index j = 0; j < dims; ++j) {
    const double value = spectrum.values[static_cast<std::size_t>(j)] / std::max(spectrum.values[0], 1e-30);
    const double scale = std::pow(value + 1e-4, -power / 2);
    for (Index i = 0; i < d; ++i) view(i, j) = static_cast<float>(spectrum.vectors(i, j) * scale);
  }
  return view;
}

Matrix project(MatrixView rows, MatrixView projection, int threads) {
  Matrix out(rows.rows, projection.cols);
  parallel_blocks(rows.rows, kBlock, threads, [&](Index begin, Index count) {
    const MatrixSpan block = out.span().middle_rows(begin, count);
    gemm(rows.middle_rows(begin, count), false, projection, false, block);
    normalise_rows(block);
  });
  return out;
}

}  // namespace vec2vec
