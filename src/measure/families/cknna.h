// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// Unbiased HSIC (Song et al. 2012, eq. 5) of the two kernels cut down to the mutual nearest neighbours: entry (i, j) counts
/// when j is among the k neighbours of row i in A and of row pairing[i] in B (CKNNA, Huh et al. 2024). Rows whose `group` is
/// `left_out` are dropped, the graphs staying as they are; left_out = -1 keeps all. n - 3 > 0 rows must be left. O(n k^2).
double mutual_hsic(const Neighbours& a, const Neighbours& b, const Pairing& pairing, const std::vector<Index>& group = {},
                   Index left_out = -1);

/// CKNNA = HSIC(A, B) / sqrt(HSIC(A, A) HSIC(B, B)), with a jackknife interval and null.
std::vector<Estimate> measure_cknna(const Space& a, const Space& b, const MeasureOptions& options);

}  // namespace vec2vec
