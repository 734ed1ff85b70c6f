// SPDX-License-Identifier: Apache-2.0
#include "measure/reference.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "measure/catalogue.h"
#include "measure/families/cka.h"
#include "measure/families/cknna.h"
#include "measure/families/lists.h"
#include "measure/families/pairs.h"
#include "measure/prepared/moments.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

constexpr double kClipQuantile = 0.95;
constexpr double kDenominator = 1e-6;
constexpr Index kSvccaDirections = 10;
constexpr double kStandardDeviation = 1e-8;  // added to each

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double ratio(double kl, double kk, double ll) { return kl / (std::sqrt(kk * ll) + kDenominator); }

/// Mean canonical correlation of the leading principal directions of standardised columns.
double reference_svcca(const Space& a, const Space& b, int threads) {
  const Pairing rows = identity_pairing(a.rows());
  Covariance c = covariance(moments(a, b, rows, rows, Products::kAll, threads));
  const auto scales = [&](const Dense& covariance) {
    const double n = c.n;
    return Vector(((covariance.diagonal() * (n / (n - 1))).cwiseMax(0.0).cwiseSqrt().array() + kStandardDeviation).inverse());
  };
  const Vector scale_x = scales(c.xx), scale_y = scales(c.yy);
  const SymmetricEigen x = eigen_symmetric(scale_x.asDiagonal() * c.xx * scale_x.asDiagonal());
  const SymmetricEigen y = eigen_symmetric(scale_y.asDiagonal() * c.yy * scale_y.asDiagonal());
  const Index count = std::min({kSvccaDirections, x.values.size(), y.values.size()});
  const auto whitener = [&](const SymmetricEigen& axes) {
    return Dense(axes.vectors.leftCols(count) * axes.values.head(count).cwiseSqrt().cwiseInverse().asDiagonal());
  };
  const Dense scaled = scale_x.asDiagonal() * c.xy * scale_y.asDiagonal();
  return singular_values(multiply(whitener(x), true, multiply(scaled, false, whitener(y), false), false)).mean();
}

}  // namespace

Matrix clip_outliers(MatrixView rows) {
  Matrix out(rows.rows, rows.cols);
  std::vector<double> sizes(static_cast<std::size_t>(rows.cols));
  double sum = 0;
  for (Index i = 0; i < rows.rows; ++i) {
    std::transform(rows.row(i), rows.row(i) + rows.cols, sizes.begin(),
                   [](float x) { return std::abs(static_cast<double>(x)); });
    std::sort(sizes.begin(), sizes.end());
    sum += quantile(sizes, kClipQuantile);
  }
  const auto bound = static_cast<float>(sum / static_cast<double>(rows.rows));
  for (Index i = 0; i < rows.rows; ++i)
    std::transform(rows.row(i), rows.row(i) + rows.cols, out.row(i), [bound](float x) { return std::clamp(x, -bound, bound); });
  return out;
}

std::vector<std::pair<std::string, double>> reference_values(const NamedRows& a, const NamedRows& b,
                                                             const std::vector<Index>& chosen, const MeasureOptions& options) {
  const auto prepare = [&](const NamedRows& side) {
    const Matrix clipped = clip_outliers(gather(side.rows, chosen));
    return make_space({side.name, clipped}, identity_pairing(clipped.rows()), options.threads);
  };
  Space x = prepare(a), y = prepare(b);
  const Pairing rows = identity_pairing(x.rows());
  std::vector<std::pair<std::string, double>> values;
  if (wanted("knn", options) || wanted("cknna", options)) {
    find_neighbours(x, options.k, options.threads, options.progress);
    find_neighbours(y, options.k, options.threads, options.progress);
  }
  if (wanted("knn", options)) {
    const ListScores scores = list_scores(x.near, y.near, rows);
    values.emplace_back("mutual_knn", mean_of(scores.mutual));
    values.emplace_back("cycle_knn", mean_of(scores.cycle));
    values.emplace_back("lcs_knn", mean_of(scores.lcs));
    values.emplace_back("edit_distance_knn", 1 - mean_of(scores.edit) / static_cast<double>(options.k));
  }
  if (wanted("cknna", options)) {
    values.emplace_back("cknna", ratio(mutual_hsic(x.near, y.near, rows), mutual_hsic(x.near, x.near, rows),
                                       mutual_hsic(y.near, y.near, rows)));
  }
  if (wanted("cka", options)) {
    const KernelSums kl = linear_kernel_sums(x, y, rows, rows, options.threads);
    const KernelSums kk = linear_kernel_sums(x, x, rows, rows, options.threads);
    const KernelSums ll = linear_kernel_sums(y, y, rows, rows, options.threads);
    values.emplace_back("cka", ratio(kl.biased(), kk.biased(), ll.biased()));
    values.emplace_back("unbiased_cka", ratio(kl.unbiased(), kk.unbiased(), ll.unbiased()));
  }
  if (wanted("pairs", options)) {
    const RbfSums sums = rbf_kernel_sums(x, y, 1, 1, options.threads);
    values.emplace_back("cka_rbf", ratio(sums.kl.biased(), sums.kk.biased(), sums.ll.biased()));
    values.emplace_back("unbiased_cka_rbf", ratio(sums.kl.unbiased(), sums.kk.unbiased(), sums.ll.unbiased()));
  }
  if (wanted("maps", options)) values.emplace_back("svcca", reference_svcca(x, y, options.threads));
  return values;
}

}  // namespace vec2vec
