// SPDX-License-Identifier: Apache-2.0
#include "inspect/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/matrix/blas.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 256;

/// The sum of rows (n, d), in double.
std::vector<double> sum_of_rows(MatrixView rows) {
  std::vector<double> sum(static_cast<std::size_t>(rows.cols));
  for (Index i = 0; i < rows.rows; ++i) {
    for (Index j = 0; j < rows.cols; ++j) sum[static_cast<std::size_t>(j)] += static_cast<double>(rows.row(i)[j]);
  }
  return sum;
}

}  // namespace

void scale_rows_to_unit(MatrixSpan rows, int threads) {
  parallel_blocks(rows.rows, kBlock, threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      float* row = rows.row(i);
      double square = 0;
      for (Index j = 0; j < rows.cols; ++j) square += static_cast<double>(row[j]) * static_cast<double>(row[j]);
      const double scale = square > 0 ? 1 / std::sqrt(square) : 0;
      for (Index j = 0; j < rows.cols; ++j) row[j] = static_cast<float>(scale * static_cast<double>(row[j]));
    }
  });
}

double mean_pair_cosine(MatrixView unit_rows) {
  const std::vector<double> sum = sum_of_rows(unit_rows);
  const auto n = static_cast<double>(unit_rows.rows);
  return (std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0) - n) / (n * (n - 1));
}

std::vector<double> variance_shares(MatrixSpan rows, int threads) {
  const Index n = rows.rows, dim = rows.cols;
  std::vector<double> mean = sum_of_rows(rows);
  for (double& x : mean) x /= static_cast<double>(n);
  parallel_blocks(n, kBlock, threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      for (Index j = 0; j < dim; ++j) rows.row(i)[j] -= static_cast<float>(mean[static_cast<std::size_t>(j)]);
    }
  });

  Matrix scatter(dim, dim);
  parallel_blocks(dim, kBlock, threads, [&](Index first, Index count) {
    const MatrixView columns{rows.data + first, n, count, rows.stride};
    gemm(columns, true, rows, false, scatter.span().middle_rows(first, count));
  });

  std::vector<double> values(scatter.data(), scatter.data() + dim * dim), eigenvalues(static_cast<std::size_t>(dim));
  const auto order = static_cast<lapack_int>(dim);
  const OneBlasThread one_thread;
  if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'N', 'U', order, values.data(), order, eigenvalues.data()) != 0) {
    throw Error(ErrorKind::kInternal, "the eigenvalues of the covariance did not converge");
  }
  std::reverse(eigenvalues.begin(), eigenvalues.end());
  for (double& x : eigenvalues) x = std::max(x, 0.0);
  const double total = std::accumulate(eigenvalues.begin(), eigenvalues.end(), 0.0);
  // Unit rows that are all equal leave the rounding of float32 only.
  if (total <= 1e-12 * static_cast<double>(n)) return {};
  for (double& x : eigenvalues) x /= total;
  return eigenvalues;
}

double effective_rank(const std::vector<double>& shares) {
  if (shares.empty()) return 0;
  double entropy = 0;
  for (const double p : shares) entropy -= p > 0 ? p * std::log(p) : 0;
  return std::exp(entropy);
}

}  // namespace vec2vec
