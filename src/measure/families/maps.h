// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/prepared/moments.h"

namespace vec2vec {

/// Eigenvectors of both sides' covariances; shared by what follows.
struct PrincipalAxes {
  SymmetricEigen x, y;
};
PrincipalAxes principal_axes(const Covariance& c);

/// What maps fitted on one set of pairs are worth on a set of pairs (the same one: biased, another: not).
struct MapScores {
  double svcca = 0;  ///< mean canonical correlation of the directions that hold 99 % of the variance (Raghu et al. 2017)
  double pwcca =
      0;  ///< correlations of all directions, weighted by what they carry of the side of fewer, x if equal (Morcos et al. 2018)
  double procrustes = 0;  ///< tr(Q^T C_xy) / sqrt(tr C_xx tr C_yy) for the orthogonal Q of the fit; in [-1, 1]
  double ridge = 0;       ///< part of the variance of y that a ridge regression on x predicts, R^2
  double ridge_back = 0;  ///< the same with sides exchanged
};

/// Canonical correlations, by the directions of `fit` (with its axes), measured on `test`: the same object, or another one. NaN
/// on another when `fit` has no more pairs than both sides together have directions.
void score_canonical(const Covariance& fit, const PrincipalAxes& axes, const Covariance& test, MapScores& scores);

/// Procrustes similarity of the rotation of `fit` on `test`.
double procrustes_similarity(const Covariance& fit, const Covariance& test);

/// The same of a rotation on the pairs it was fitted on: nuclear norm of C_xy over sqrt(tr C_xx tr C_yy).
double procrustes_similarity(const Covariance& c);

/// R^2 on test of ridge regression from x to y (or back) fitted on `fit`; test means are taken as given, so that the intercept
/// is tested too. The penalty is the best of a grid by generalised cross-validation (Golub, Heath & Wahba 1979) on `fit`.
double ridge_score(const Covariance& fit, const SymmetricEigen& axes, const Covariance& test, bool back);

/// SVCCA, PWCCA, Procrustes distance, shape metric and linear predictivity: cross-validated over 5 folds, and in-sample as
/// *_biased with a jackknife.
std::vector<Estimate> measure_maps(const Space& a, const Space& b, const MeasureOptions& options);

}  // namespace vec2vec
