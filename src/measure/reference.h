// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// The values that the code of Huh et al. 2024 ("platonic-rep") gives: rows clipped at the mean over rows of the 0.95 quantile
/// of |x|, then scaled to norm 1; LCS as a length; HSICs with 1e-6 added to the denominator; RBF width 1; SVCCA of 10
/// directions of standardised columns (by an exact SVD where theirs is random). Only of families in options.only.
std::vector<std::pair<std::string, double>> reference_values(const NamedRows& a, const NamedRows& b,
                                                             const std::vector<Index>& chosen, const MeasureOptions& options);

/// Clips values of rows (n, d) to [-q, q], q being the mean over rows of the 0.95 quantile of |x| (interpolated linearly).
Matrix clip_outliers(MatrixView rows);

}  // namespace vec2vec
