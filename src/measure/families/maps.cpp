// SPDX-License-Identifier: Apache-2.0
#include "measure/families/maps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/parallel.h"
#include "core/text/number.h"

namespace vec2vec {
namespace {

constexpr double kNegligible = 1e-9;  // of the first eigenvalue: rounding of float32 rows, or no direction at all
constexpr double kVarianceKept = 0.99;
constexpr std::array<double, 7> kPenalties = {1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100};  // times the mean eigenvalue

/// Leading axes that are more than rounding.
Index usable(const SymmetricEigen& axes) {
  Index count = 0;
  while (count < axes.values.size() && axes.values(count) > kNegligible * axes.values(0)) ++count;
  return count;
}

/// Leading axes that hold kVarianceKept of the variance.
Index leading(const SymmetricEigen& axes, Index limit) {
  const double goal = kVarianceKept * axes.values.head(limit).sum();
  double sum = 0;
  for (Index i = 0; i < limit; ++i)
    if ((sum += axes.values(i)) >= goal) return i + 1;
  return limit;
}

/// Directions (d, count) in which the covariance is the identity.
Dense whitener(const SymmetricEigen& axes, Index count) {
  return axes.vectors.leftCols(count) * axes.values.head(count).cwiseSqrt().cwiseInverse().asDiagonal();
}

/// Correlation of x-direction and y-direction i, i.e. of the variates x a_i and y b_i, on test.
Vector correlations(const Dense& a, const Dense& b, const Covariance& test) {
  const Vector covariances = a.cwiseProduct(multiply(test.xy, false, b, false)).colwise().sum();
  const Vector variances_a = a.cwiseProduct(multiply(test.xx, false, a, false)).colwise().sum();
  const Vector variances_b = b.cwiseProduct(multiply(test.yy, false, b, false)).colwise().sum();
  Vector r = Vector::Zero(covariances.size());
  for (Index i = 0; i < r.size(); ++i) {
    const double scale = variances_a(i) * variances_b(i);
    if (scale > 0) r(i) = covariances(i) / std::sqrt(scale);
  }
  return r;
}

}  // namespace

PrincipalAxes principal_axes(const Covariance& c) { return {eigen_symmetric(c.xx), eigen_symmetric(c.yy)}; }

void score_canonical(const Covariance& fit, const PrincipalAxes& axes, const Covariance& test, MapScores& scores) {
  const Index all_x = usable(axes.x), all_y = usable(axes.y);
  const Dense white_x = whitener(axes.x, all_x), white_y = whitener(axes.y, all_y);
  const Dense whitened = multiply(white_x, true, multiply(fit.xy, false, white_y, false), false);
  // With as many directions as rows some correlate perfectly whatever the data, and which ones is arbitrary: only their mean on
  // the fit itself does not depend on it.
  const auto defined = [&](Index count_x, Index count_y) { return static_cast<double>(count_x + count_y) < fit.n; };
  scores.svcca = scores.pwcca = kUndefined;
  const auto directions = [&](Index count_x, Index count_y) {
    const ThinSvd svd = thin_svd(whitened.topLeftCorner(count_x, count_y));
    return std::pair{multiply(white_x.leftCols(count_x), false, svd.u, false),
                     multiply(white_y.leftCols(count_y), false, svd.v, false)};
  };
  if (const Index x = leading(axes.x, all_x), y = leading(axes.y, all_y); &fit == &test || defined(x, y)) {
    const auto [a, b] = directions(x, y);
    scores.svcca = correlations(a, b, test).mean();
  }
  if (!defined(all_x, all_y)) return;
  const auto [a, b] = directions(all_x, all_y);
  // What variate i carries of the smaller side, as in the authors' code: the sum over its columns of |cov(x a_i, x_j)|.
  const Vector weights =
      (all_x <= all_y ? multiply(fit.xx, false, a, false) : multiply(fit.yy, false, b, false)).cwiseAbs().colwise().sum();
  scores.pwcca = correlations(a, b, test).dot(weights) / weights.sum();
}

double procrustes_similarity(const Covariance& fit, const Covariance& test) {
  const ThinSvd svd = thin_svd(fit.xy);
  // Directions that the fit says nothing about (fewer rows than dimensions) are not rotated into each other but left out.
  Index count = 0;
  while (count < svd.s.size() && svd.s(count) > kNegligible * svd.s(0)) ++count;
  const double aligned = svd.u.leftCols(count).cwiseProduct(multiply(test.xy, false, svd.v.leftCols(count), false)).sum();
  return aligned / std::sqrt(test.xx.trace() * test.yy.trace());
}

double procrustes_similarity(const Covariance& c) {
  return singular_values(c.xy).sum() / std::sqrt(c.xx.trace() * c.yy.trace());
}

double ridge_score(const Covariance& fit, const SymmetricEigen& axes, const Covariance& test, bool back) {
  const Dense& yy = back ? fit.xx : fit.yy;
  const Vector values = axes.values.cwiseMax(0.0);
  // In the axes of the predictors: their covariance with the predicted side.
  const Dense crossed = multiply(axes.vectors, true, back ? Dense(fit.xy.transpose()) : fit.xy, false);
  const Vector energy = crossed.rowwise().squaredNorm();
  const double mean_value = std::max(values.mean(), std::numeric_limits<double>::min());

  double best_penalty = 0, best = std::numeric_limits<double>::infinity();
  for (const double share : kPenalties) {
    const double penalty = share * mean_value;
    double residual = yy.trace(), freedom = 1;  // 1 for the intercept
    for (Index i = 0; i < values.size(); ++i) {
      const double s = values(i) + penalty;
      residual -= energy(i) * (2 / s - values(i) / (s * s));
      freedom += values(i) / s;
    }
    const double left = 1 - freedom / fit.n;
    const double criterion = left > 0 ? residual / (left * left) : std::numeric_limits<double>::infinity();
    if (criterion < best) {
      best = criterion;
      best_penalty = penalty;
    }
  }
  const Dense weights =
      multiply(axes.vectors, false, (values.array() + best_penalty).inverse().matrix().asDiagonal() * crossed, false);

  // Mean squared error on test, with the intercept of fit: spread about the test means, and the means' own error.
  const Dense& test_xx = back ? test.yy : test.xx;
  const Dense& test_yy = back ? test.xx : test.yy;
  const double cross = back ? weights.cwiseProduct(test.xy.transpose()).sum() : weights.cwiseProduct(test.xy).sum();
  const double quadratic = weights.cwiseProduct(multiply(test_xx, false, weights, false)).sum();
  const Vector shift_x = back ? Vector(test.mean_y - fit.mean_y) : Vector(test.mean_x - fit.mean_x);
  const Vector shift_y = back ? Vector(test.mean_x - fit.mean_x) : Vector(test.mean_y - fit.mean_y);
  const double error = test_yy.trace() - 2 * cross + quadratic + (shift_y - weights.transpose() * shift_x).squaredNorm();
  return 1 - error / (test_yy.trace() + shift_y.squaredNorm());
}

namespace {

constexpr Index kFolds = 5;
constexpr std::size_t kFoldCount = kFolds;

/// Cross-validated scores, fold by fold.
std::array<MapScores, kFoldCount> cross_validate(const Space& a, const Space& b, const Pairing& pairing,
                                                 const std::vector<Index>& order, int threads) {
  const Index n = a.rows();
  std::array<Moments, kFoldCount> parts;
  Moments total;
  for (Index f = 0; f < kFolds; ++f) {
    const Range range = group_range(n, kFolds, f);
    const std::span<const Index> rows_a(order.data() + range.begin, static_cast<std::size_t>(range.size()));
    std::vector<Index> rows_b;
    for (const Index row : rows_a) rows_b.push_back(pairing[static_cast<std::size_t>(row)]);
    Moments& part = parts[static_cast<std::size_t>(f)];
    part = moments(a, b, rows_a, rows_b, Products::kAll, threads);
    total += part;
  }
  std::array<MapScores, kFoldCount> scores;
  parallel_for(kFolds, threads, [&](Index f) {
    const Moments& part = parts[static_cast<std::size_t>(f)];
    const Covariance fit = covariance(total - part), test = covariance(part);
    const PrincipalAxes axes = principal_axes(fit);
    MapScores& score = scores[static_cast<std::size_t>(f)];
    score_canonical(fit, axes, test, score);
    score.procrustes = procrustes_similarity(fit, test);
    score.ridge = ridge_score(fit, axes.x, test, false);
    score.ridge_back = ridge_score(fit, axes.y, test, true);
  });
  return scores;
}

/// Scores of maps on the pairs they were fitted on; no ridge.
MapScores in_sample(const Moments& sums) {
  const Covariance c = covariance(sums);
  MapScores scores;
  score_canonical(c, principal_axes(c), c, scores);
  scores.procrustes = procrustes_similarity(c);
  return scores;
}

/// Distances of unit-norm configurations (Williams et al. 2021): sqrt(2 - 2 similarity) and arccos(similarity).
double procrustes_distance(double similarity) { return std::sqrt(std::max(0.0, 2 - 2 * similarity)); }
double shape_metric(double similarity) { return std::acos(std::clamp(similarity, -1.0, 1.0)); }

/// The reported measures from the scores behind them.
constexpr std::size_t kReported = 6;
using Reported = std::array<double, kReported>;
Reported reported(const MapScores& s) {
  return {s.svcca, s.pwcca, procrustes_distance(s.procrustes), shape_metric(s.procrustes), s.ridge, s.ridge_back};
}
constexpr std::array<const char*, kReported> kKeys = {"svcca",        "pwcca",        "procrustes_distance",
                                                      "shape_metric", "predictivity", "predictivity_back"};
constexpr std::size_t kInSample = 4;  // the first so many have a biased twin

MapScores mean_of(std::span<const MapScores> folds) {
  MapScores mean;
  const auto n = static_cast<double>(folds.size());
  for (const MapScores& s : folds) {
    mean.svcca += s.svcca / n;
    mean.pwcca += s.pwcca / n;
    mean.procrustes += s.procrustes / n;
    mean.ridge += s.ridge / n;
    mean.ridge_back += s.ridge_back / n;
  }
  return mean;
}

/// Flops of one permutation: the moments of all folds, and some decompositions a fold.
double cost(const Space& a, const Space& b) {
  const auto n = static_cast<double>(a.rows()), p = static_cast<double>(a.dim()), q = static_cast<double>(b.dim());
  return 2 * n * (p * p + q * q + p * q) + 60.0 * kFolds * (p * p * p + q * q * q);
}

}  // namespace

std::vector<Estimate> measure_maps(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows();
  const std::vector<Index> order = fold_order(n, options.seed);
  const Pairing identity = identity_pairing(n);
  report(options, "fit maps", 0);
  const auto folds = cross_validate(a, b, identity, order, options.threads);
  const Reported validated = reported(mean_of(folds));

  report(options, "fit maps", 0.2);
  const Moments total = moments(a, b, order, order, Products::kAll, options.threads);
  const Reported biased = reported(in_sample(total));
  std::array<Reported, static_cast<std::size_t>(kJackknifeGroups)> without;
  // Two at a time: the moments of a group are as large as those of all rows.
  for (Index first = 0; first < kJackknifeGroups; first += 2) {
    report(options, "fit maps", 0.3 + 0.7 * static_cast<double>(first) / static_cast<double>(kJackknifeGroups));
    parallel_for(2, options.threads, [&](Index t) {
      const Range range = group_range(n, kJackknifeGroups, first + t);
      const std::span<const Index> rows(order.data() + range.begin, static_cast<std::size_t>(range.size()));
      without[static_cast<std::size_t>(first + t)] = reported(in_sample(total - moments(a, b, rows, rows, Products::kAll, 1)));
    });
  }
  const Covariance c = covariance(total);
  const PrincipalAxes axes = principal_axes(c);
  auto null = null_values(
      n, affordable_permutations(options.permutations, cost(a, b)), kReported + kInSample,
      [&](const Pairing& pairing, std::span<double> out) {
        const Reported fold_scores = reported(mean_of(cross_validate(a, b, pairing, order, 1)));
        std::copy(fold_scores.begin(), fold_scores.end(), out.begin());
        Covariance permuted = c;
        permuted.xy = covariance(moments(a, b, identity, pairing, Products::kCross, 1)).xy;
        MapScores scores;
        score_canonical(permuted, axes, permuted, scores);
        scores.procrustes = procrustes_similarity(permuted);
        const Reported in_sample_scores = reported(scores);
        std::copy_n(in_sample_scores.begin(), kInSample, out.begin() + kReported);
      },
      options, "null of maps", options.threads);

  std::vector<Estimate> estimates;
  for (std::size_t s = 0; s < kReported; ++s) {
    std::vector<double> by_fold;
    for (const MapScores& score : folds) by_fold.push_back(reported(score)[s]);
    estimates.push_back({kKeys[s], validated[s], fold_interval(validated[s], by_fold), std::move(null[s]), n});
    if (s >= kInSample) continue;
    std::vector<double> left_out;
    for (const Reported& r : without) left_out.push_back(r[s]);
    estimates.push_back({std::string(kKeys[s]) + "_biased", biased[s], jackknife_interval(biased[s], left_out),
                         std::move(null[kReported + s]), n});
  }
  return estimates;
}

}  // namespace vec2vec
