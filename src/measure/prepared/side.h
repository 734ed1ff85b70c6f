// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// Intrinsic dimension (NaN when space.near is empty) and isotropy of one side.
MeasuredSide measure_side(const Space& space, const MeasureOptions& options);

/// TwoNN from the ratios second / first neighbour distance, all > 1 or equal to it: the slope of the line through the origin
/// that fits -log(1 - F(ratio)) to log ratio, over the nine tenths of smallest ratios (Facco et al. 2017).
double two_nn_fit(std::vector<double> log_ratios);

}  // namespace vec2vec
