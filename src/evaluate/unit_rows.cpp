// SPDX-License-Identifier: Apache-2.0
#include "evaluate/unit_rows.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "kernels/lane_sum.h"

namespace vec2vec {
namespace {

/// A unit row shorter than this after centring is the mean itself plus the rounding of float32: it counts as zero.
constexpr double kCentredZero = 1e-6;

/// Divides row by its norm, or sets it to zero when the norm is not above `zero`. Returns the norm.
double scale_to_unit(std::span<double> row, double zero) {
  const double* values = row.data();
  const double norm = std::sqrt(sum_in_double(static_cast<Index>(row.size()), [=](Index j) { return values[j] * values[j]; }));
  const double scale = norm > zero ? 1 / norm : 0;
  for (double& x : row) x *= scale;
  return norm;
}

}  // namespace

double unit_row(const float* in, Index dim, std::span<double> out) {
  std::copy(in, in + dim, out.begin());
  return scale_to_unit(out, 0.0);
}

double centred_unit_row(const float* in, std::span<const float> mean, std::span<double> out) {
  const double norm = unit_row(in, static_cast<Index>(mean.size()), out);
  if (!(norm > 0)) return norm;
  for (std::size_t j = 0; j < mean.size(); ++j) out[j] -= static_cast<double>(mean[j]);
  scale_to_unit(out, kCentredZero);
  return norm;
}

std::vector<float> mean_of_unit_rows(MatrixView rows, int threads) {
  const auto dim = static_cast<std::size_t>(rows.cols);
  const Index blocks = (rows.rows + kRowsATask - 1) / kRowsATask;
  std::vector<std::vector<double>> sums(static_cast<std::size_t>(blocks), std::vector<double>(dim));
  parallel_for(blocks, threads, [&](Index block) {
    std::vector<double>& sum = sums[static_cast<std::size_t>(block)];
    std::vector<double> unit(dim);
    for (Index i = block * kRowsATask; i < std::min(rows.rows, (block + 1) * kRowsATask); ++i) {
      unit_row(rows.row(i), rows.cols, unit);
      for (std::size_t j = 0; j < dim; ++j) sum[j] += unit[j];
    }
  });
  std::vector<float> mean(dim);
  for (std::size_t j = 0; j < dim; ++j) {
    double total = 0;
    for (const auto& sum : sums) total += sum[j];
    mean[j] = static_cast<float>(total / static_cast<double>(rows.rows));
  }
  return mean;
}

}  // namespace vec2vec
