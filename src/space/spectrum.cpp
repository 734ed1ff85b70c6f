#include "space/spectrum.h"

#include <algorithm>
#include <cmath>

#include "core/blas.h"
#include "core/gemm.h"
#include "core/parallel.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 512;

double norm(const float* x, Index d) {
  double sum = 0;
  for (Index c = 0; c < d; ++c) sum += static_cast<double>(x[c]) * x[c];
  return std::sqrt(sum);
}

}  // namespace

void normalise_rows(MatrixSpan rows) {
  for (Index i = 0; i < rows.rows; ++i) {
    float* x = rows.row(i);
    float sum = 0;
    for (Index c = 0; c < rows.cols; ++c) sum += x[c] * x[c];
    const float scale = 1.0f / std::max(std::sqrt(sum), 1e-12f);
    for (Index c = 0; c < rows.cols; ++c) x[c] *= scale;
  }
}

CentredRows centre(MatrixView rows, int threads) {
  const Index n = rows.rows, d = rows.cols;
  CentredRows out{Matrix(n, d), Matrix(1, d), 0};
  parallel_blocks(n, kBlock, threads, [&](Index begin, Index count) {
    for (Index i = begin; i < begin + count; ++i) std::copy_n(rows.row(i), d, out.rows.row(i));
    normalise_rows(out.rows.span().middle_rows(begin, count));
  });
  std::vector<double> sum(static_cast<std::size_t>(d));
  for (Index i = 0; i < n; ++i)
    for (Index c = 0; c < d; ++c) sum[static_cast<std::size_t>(c)] += out.rows(i, c);
  for (Index c = 0; c < d; ++c) out.mean(0, c) = static_cast<float>(sum[static_cast<std::size_t>(c)] / static_cast<double>(n));
  for (Index i = 0; i < n; ++i) {
    float* x = out.rows.row(i);
    for (Index c = 0; c < d; ++c) x[c] -= out.mean(0, c);
    out.spread += norm(x, d) / static_cast<double>(n);
  }
  parallel_blocks(n, kBlock, threads,
                  [&](Index begin, Index count) { normalise_rows(out.rows.span().middle_rows(begin, count)); });
  return out;
}

Matrix cross_product(MatrixView a, MatrixView b, int threads) {
  // Columns of a are split, not rows: no partial sums to add, and the order of additions never depends on the threads.
  Matrix c(a.cols, b.cols);
  const Index step = 64, tasks = (a.cols + step - 1) / step;
  parallel_for(tasks, threads, [&](Index t) {
    const Index begin = t * step, count = std::min(step, a.cols - begin);
    gemm({a.data + begin, a.rows, count, a.stride}, true, b, false, c.span().middle_rows(begin, count));
  });
  return c;
}

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

Matrix gather(MatrixView from, const std::vector<Index>& indices) {
  Matrix out(static_cast<Index>(indices.size()), from.cols);
  for (Index i = 0; i < out.rows(); ++i) std::copy_n(from.row(indices[static_cast<std::size_t>(i)]), from.cols, out.row(i));
  return out;
}

SpreadRows::SpreadRows(MatrixView from, Index count) : view_(from) {
  if (count >= from.rows) return;
  copy_ = Matrix(count, from.cols);
  for (Index i = 0; i < count; ++i) std::copy_n(from.row(i * from.rows / count), from.cols, copy_.row(i));
  view_ = copy_;
}

}  // namespace vec2vec
