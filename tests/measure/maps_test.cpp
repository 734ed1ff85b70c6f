// SPDX-License-Identifier: Apache-2.0
#include "measure/families/maps.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/SVD>

#include "linear/polar.h"
#include "measure/spaces.h"

namespace vec2vec {
namespace {

Dense dense(const Space& space, Index first, Index count) {
  Dense out(count, space.dim());
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < space.dim(); ++j)
      out(i, j) = space.centre[static_cast<std::size_t>(j)] + static_cast<double>(space.offset(first + i, j));
  return out;
}

Covariance covariance_of(const Space& a, const Space& b, Index first, Index count) {
  std::vector<Index> rows;
  for (Index i = first; i < first + count; ++i) rows.push_back(i);
  return covariance(moments(a, b, rows, rows, Products::kAll, 2));
}

Dense centred(Dense rows) { return rows.rowwise() - rows.colwise().mean().eval(); }

class Maps : public ::testing::Test {
 protected:
  const Matrix rows = random_matrix(300, 6, 1);
  const Space a = space_of(rows), b = space_of(related_rows(rows, 9, 0.6, 2));
  const Covariance fit = covariance_of(a, b, 0, 200), test = covariance_of(a, b, 200, 100);
  const Dense x = dense(a, 0, 200), y = dense(b, 0, 200), x_test = dense(a, 200, 100), y_test = dense(b, 200, 100);
};

TEST_F(Maps, CovariancesAreThoseOfTheRows) {
  EXPECT_LT((fit.xx - centred(x).transpose() * centred(x) / 200).norm(), 1e-12);
  EXPECT_LT((fit.yy - centred(y).transpose() * centred(y) / 200).norm(), 1e-12);
  EXPECT_LT((fit.xy - centred(x).transpose() * centred(y) / 200).norm(), 1e-12);
}

TEST_F(Maps, ProcrustesIsTheBestRotation) {
  // In-sample: |X Q - Y|^2 of unit-norm X and Y, at the rotation that Eigen finds.
  const Dense cx = centred(x) / centred(x).norm(), cy = centred(y) / centred(y).norm();
  const Eigen::JacobiSVD<Dense> svd(cx.transpose() * cy, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const double distance = (cx * svd.matrixU() - cy * svd.matrixV()).norm();
  const double similarity = procrustes_similarity(fit);
  EXPECT_NEAR(svd.singularValues().sum(), similarity, 1e-9);
  EXPECT_NEAR(std::sqrt(2 - 2 * similarity), std::sqrt(2 - 2 * svd.singularValues().sum()), 1e-9);
  EXPECT_GT(distance, 0);
  // Held out: the rotation of the fit, applied to other rows.
  const Dense q = svd.matrixU() * svd.matrixV().transpose();
  const Dense tx = centred(x_test), ty = centred(y_test);
  EXPECT_NEAR(procrustes_similarity(fit, test), (tx * q).cwiseProduct(ty).sum() / (tx.norm() * ty.norm()), 1e-9);
}

TEST_F(Maps, CanonicalCorrelationsAreThoseOfTheRows) {
  // CCA by orthonormal bases: singular values of Qx^T Qy.
  const Eigen::JacobiSVD<Dense> sx(centred(x), Eigen::ComputeThinU | Eigen::ComputeThinV),
      sy(centred(y), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto rank = [](const auto& svd) {
    Index r = 0;
    while (r < svd.singularValues().size() && svd.singularValues()(r) > 1e-5 * svd.singularValues()(0)) ++r;
    return r;
  };
  const Eigen::JacobiSVD<Dense> canonical(sx.matrixU().leftCols(rank(sx)).transpose() * sy.matrixU().leftCols(rank(sy)),
                                          Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Dense variates = sx.matrixU().leftCols(rank(sx)) * canonical.matrixU();  // A has fewer columns: it gives the weights
  const Vector weights = (variates.transpose() * centred(x)).cwiseAbs().rowwise().sum();
  MapScores scores;
  score_canonical(fit, principal_axes(fit), fit, scores);
  EXPECT_NEAR(scores.pwcca, canonical.singularValues().dot(weights) / weights.sum(), 1e-6);
}

TEST_F(Maps, RidgeScoreIsThatOfTheRows) {
  const double found = ridge_score(fit, principal_axes(fit).x, test, false);
  // The penalty is one of the grid; the best held-out R^2 over a finer one cannot be far below, and one must agree exactly.
  const double mean_value = principal_axes(fit).x.values.mean();
  double nearest = 1;
  for (const double share : {1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0}) {
    const Dense penalty = share * mean_value * Dense::Identity(x.cols(), x.cols());
    const Dense cx = centred(x);
    const Dense weights = (cx.transpose() * cx / 200 + penalty).inverse() * (cx.transpose() * centred(y) / 200);
    const Dense predicted = ((x_test.rowwise() - x.colwise().mean()) * weights).rowwise() + y.colwise().mean();
    const double error = (predicted - y_test).squaredNorm();
    const double spread = (y_test.rowwise() - y.colwise().mean()).squaredNorm();
    nearest = std::min(nearest, std::abs(found - (1 - error / spread)));
  }
  EXPECT_LT(nearest, 1e-9);
  EXPECT_GT(found, 0.3);
}

TEST_F(Maps, ExchangedSidesExchangeTheDirections) {
  const auto forth = measure_maps(a, b, {.permutations = 10}), back = measure_maps(b, a, {.permutations = 10});
  const auto value = [](const std::vector<Estimate>& all, std::string_view key) {
    for (const Estimate& e : all)
      if (e.key == key) return e.value;
    return std::nan("");
  };
  EXPECT_NEAR(value(forth, "predictivity"), value(back, "predictivity_back"), 1e-9);
  EXPECT_NEAR(value(forth, "predictivity_back"), value(back, "predictivity"), 1e-9);
  for (const char* key : {"svcca", "pwcca", "procrustes_distance", "shape_metric"})
    EXPECT_NEAR(value(forth, key), value(back, key), 1e-6) << key;
}

TEST(MapsOfARotation, AreExact) {
  const Matrix rows = random_matrix(200, 8, 5), turn = polar_factor(random_matrix(8, 8, 6));
  Matrix turned(200, 8);
  for (Index i = 0; i < 200; ++i)
    for (Index j = 0; j < 8; ++j)
      for (Index c = 0; c < 8; ++c) turned(i, j) += rows(i, c) * turn(c, j);
  for (const Estimate& e : measure_maps(space_of(rows), space_of(turned), {.permutations = 10})) {
    const bool distance = e.key.starts_with("procrustes") || e.key.starts_with("shape");
    EXPECT_NEAR(e.value, distance ? 0 : 1, distance ? 5e-3 : 1e-4) << e.key;
  }
}

TEST(MapsOfFewRows, CanonicalCorrelationsAreUndefined) {
  // 16 rows fit 6 and 5 dimensions, but not 12 and 10.
  const Matrix rows = random_matrix(32, 12, 1);
  const Space a = space_of(rows), b = space_of(random_matrix(32, 10, 2));
  MapScores scores, own;
  const Covariance fit = covariance_of(a, b, 0, 16), test = covariance_of(a, b, 16, 16);
  score_canonical(fit, principal_axes(fit), test, scores);
  score_canonical(fit, principal_axes(fit), fit, own);
  EXPECT_TRUE(std::isnan(scores.pwcca));
  EXPECT_TRUE(std::isnan(scores.svcca) && std::isnan(own.pwcca));
  EXPECT_TRUE(std::isfinite(own.svcca));
  EXPECT_TRUE(std::isfinite(procrustes_similarity(fit, test)));
  EXPECT_TRUE(std::isfinite(ridge_score(fit, principal_axes(fit).x, test, false)));
}

TEST(MapsOfIndependentSpaces, ScoreZeroHeldOutButNotInSample) {
  // The mean over independent pairs of spaces lies within 4 standard errors of 0; R^2 is 0 at best.
  for (const Index n : {32, 256}) {
    constexpr Index kRepeats = 40;
    double svcca = 0, squares = 0, in_sample = 0, rotation = 0, ridge = 0;
    for (std::uint64_t r = 0; r < kRepeats; ++r) {
      const Space a = space_of(random_matrix(n, 6, 1000 + r)), b = space_of(random_matrix(n, 5, 2000 + r));
      const Covariance fit = covariance_of(a, b, 0, n / 2), test = covariance_of(a, b, n / 2, n - n / 2);
      MapScores scores, own;
      score_canonical(fit, principal_axes(fit), test, scores);
      score_canonical(fit, principal_axes(fit), fit, own);
      svcca += scores.svcca;
      squares += scores.svcca * scores.svcca;
      in_sample += own.svcca;
      rotation += procrustes_similarity(fit, test);
      ridge += ridge_score(fit, principal_axes(fit).x, test, false);
    }
    const double mean = svcca / kRepeats, error = std::sqrt((squares / kRepeats - mean * mean) / (kRepeats - 1));
    EXPECT_LT(std::abs(mean), 4 * error) << n;
    EXPECT_GT(in_sample / kRepeats, 0.1) << n;
    EXPECT_LT(std::abs(rotation / kRepeats), 0.05) << n;
    EXPECT_LT(ridge / kRepeats, 0.01) << n;
    EXPECT_GT(ridge / kRepeats, -0.3) << n;
  }
}

}  // namespace
}  // namespace vec2vec
