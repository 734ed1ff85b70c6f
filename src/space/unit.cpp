// SPDX-License-Identifier: Apache-2.0
#include "space/unit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"

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

Matrix centre_by(MatrixView rows, MatrixView mean) {
  Matrix out(rows.rows, rows.cols);
  for (Index i = 0; i < rows.rows; ++i) std::copy_n(rows.row(i), rows.cols, out.row(i));
  normalise_rows(out.span());
  for (Index i = 0; i < out.rows(); ++i)
    for (Index c = 0; c < out.cols(); ++c) out(i, c) -= mean.row(0)[c];
  normalise_rows(out.span());
  return out;
}

}  // namespace vec2vec
