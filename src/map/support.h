// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/map.h"

namespace vec2vec {

/// What the map keeps of the rows it was fitted on, from rows (n, d), centred unit rows: n >= 8: the middles of up to 64
/// clusters of 5,000 of them, and the quantiles of how near 5,000 others lie to the nearest. Cost: 2.5 million multiply-adds a
/// dimension.
Support support_of(MatrixView rows);

/// For each of rows (n, d), centred unit rows: the part of the fitted rows that lie no nearer to the support, in [0, 1].
void support_quantiles(const Support& support, MatrixView rows, float* out);

}  // namespace vec2vec
