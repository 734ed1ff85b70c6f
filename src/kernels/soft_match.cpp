#include "kernels/soft_match.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/gemm.h"
#include "core/parallel.h"
#include "kernels/exp.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 256;

/// kernel (b, m) = exp((x y^T - 1) / temperature) for b rows of x.
void similarity_kernel(MatrixView x, MatrixView y, float temperature, MatrixSpan kernel) {
  gemm(x, false, y, true, kernel);
  const float scale = 1.0f / temperature;
  for (Index i = 0; i < kernel.rows; ++i) {
    float* row = kernel.row(i);
    for (Index j = 0; j < kernel.cols; ++j) row[j] = fast_exp((row[j] - 1.0f) * scale);
  }
}

float dot(const float* a, const float* b, Index n) {
  float lanes[16] = {};
  Index j = 0;
  for (; j + 16 <= n; j += 16)
    for (int l = 0; l < 16; ++l) lanes[l] += a[j + l] * b[j + l];
  float sum = 0;
  for (float lane : lanes) sum += lane;
  for (; j < n; ++j) sum += a[j] * b[j];
  return sum;
}

/// v_j = 1 / sum over blocks of partial(block, j), summed in block order.
void invert_column_sums(const Matrix& partial, std::vector<float>& v) {
  std::fill(v.begin(), v.end(), 0.0f);
  for (Index b = 0; b < partial.rows(); ++b)
    for (Index j = 0; j < partial.cols(); ++j) v[static_cast<std::size_t>(j)] += partial(b, j);
  for (float& value : v) value = 1.0f / (value + 1e-30f);
}

}  // namespace

SoftMatch soft_match(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options) {
  const Index n = x.rows, m = y.rows, blocks = (n + kBlock - 1) / kBlock;
  std::vector<float> v(static_cast<std::size_t>(m));
  Matrix partial(blocks, m);
  SoftMatch result{Matrix(n, carried.cols), 0};
  std::vector<double> weighted(static_cast<std::size_t>(blocks)), mass(static_cast<std::size_t>(blocks));

  for (int pass = 0; pass <= options.passes; ++pass) {
    const bool first = pass == 0, last = pass == options.passes;
    parallel_for(blocks, options.threads, [&](Index b) {
      const Index begin = b * kBlock, count = std::min(kBlock, n - begin);
      thread_local Matrix buffer;
      if (buffer.rows() < kBlock || buffer.cols() != m) buffer = Matrix(kBlock, m);
      const MatrixSpan kernel = buffer.span().middle_rows(0, count);
      similarity_kernel(x.middle_rows(begin, count), y, options.temperature, kernel);
      float* sums = partial.row(b);
      if (!last) std::fill(sums, sums + m, 0.0f);
      double block_weighted = 0, block_mass = 0;
      for (Index i = 0; i < count; ++i) {
        float* k = kernel.row(i);
        const float u = first ? 1.0f : 1.0f / (dot(k, v.data(), m) + 1e-30f);
        if (!last) {
          for (Index j = 0; j < m; ++j) sums[j] += u * k[j];
          continue;
        }
        for (Index j = 0; j < m; ++j) k[j] *= u * v[static_cast<std::size_t>(j)];
        block_mass += 1;  // u makes every row of P sum to 1
      }
      if (!last) return;
      const MatrixSpan targets = result.targets.span().middle_rows(begin, count);
      gemm(kernel, false, carried, false, targets);
      Matrix mapped;
      MatrixView means = targets;
      if (carried.data != y.data) {
        mapped = Matrix(count, y.cols);
        gemm(kernel, false, y, false, mapped.span());
        means = mapped;
      }
      // sum_j P_ij S_ij = x_i . sum_j P_ij y_j
      for (Index i = 0; i < count; ++i) block_weighted += dot(x.row(begin + i), means.row(i), y.cols);
      weighted[static_cast<std::size_t>(b)] = block_weighted;
      mass[static_cast<std::size_t>(b)] = block_mass;
    });
    if (!last) invert_column_sums(partial, v);
  }
  double total = 0, sum = 0;
  for (Index b = 0; b < blocks; ++b) {
    sum += weighted[static_cast<std::size_t>(b)];
    total += mass[static_cast<std::size_t>(b)];
  }
  result.score = sum / std::max(total, 1e-30);
  return result;
}

SoftMatch soft_match_reference(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options) {
  const Index n = x.rows, m = y.rows;
  auto similarity = [&](Index i, Index j) {
    double s = 0;
    for (Index c = 0; c < x.cols; ++c) s += static_cast<double>(x.row(i)[c]) * y.row(j)[c];
    return s;
  };
  auto kernel = [&](Index i, Index j) { return std::exp((similarity(i, j) - 1) / options.temperature); };
  std::vector<double> u(static_cast<std::size_t>(n), 1.0), v(static_cast<std::size_t>(m));
  for (int pass = 0; pass < options.passes; ++pass) {
    for (Index j = 0; j < m; ++j) {
      double sum = 0;
      for (Index i = 0; i < n; ++i) sum += u[static_cast<std::size_t>(i)] * kernel(i, j);
      v[static_cast<std::size_t>(j)] = 1 / sum;
    }
    for (Index i = 0; i < n; ++i) {
      double sum = 0;
      for (Index j = 0; j < m; ++j) sum += kernel(i, j) * v[static_cast<std::size_t>(j)];
      u[static_cast<std::size_t>(i)] = 1 / sum;
    }
  }
  SoftMatch result{Matrix(n, carried.cols), 0};
  double weighted = 0, mass = 0;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j) {
      const double p = u[static_cast<std::size_t>(i)] * kernel(i, j) * v[static_cast<std::size_t>(j)];
      weighted += p * similarity(i, j);
      mass += p;
      for (Index c = 0; c < carried.cols; ++c) result.targets(i, c) += static_cast<float>(p * carried.row(j)[c]);
    }
  result.score = weighted / mass;
  return result;
}

}  // namespace vec2vec
