// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// Relative representations (Moschella et al. 2023): rows described by their cosines with anchor rows, the same ones on both
/// sides, less each side's mean. How alike are the descriptions of a pair (mean cosine), and how does the true partner rank
/// among a pool (top-1, mean rank)? Anchors are not among the rows compared.
std::vector<Estimate> measure_relative(const Space& a, const Space& b, const MeasureOptions& options);

/// The same ranks of the rows as they are, less each side's mean; for sides of equal dimension, otherwise nothing.
std::vector<Estimate> measure_identity(const Space& a, const Space& b, const MeasureOptions& options);

}  // namespace vec2vec
