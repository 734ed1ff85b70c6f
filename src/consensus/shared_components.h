// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// What several spaces have in common: components (d_1 + ... + d_K, c), by which a text's centred unit rows side by side are
/// multiplied to give its c coordinates. Those that the spaces share most come first.
///
/// spaces: rows (m, d_k), centred unit rows of the same m texts; rows: the same side by side. The components are those of
/// MAXVAR, the generalised canonical correlation analysis of Kettenring (1971): each space is cut to its leading 256 directions
/// and whitened, with a ridge of its mean variance, and the components are the principal directions of the whitened spaces side
/// by side. A component is scaled to the standard deviation that it explains in the rows of all spaces, so that cosines weigh
/// it as the spaces do.
/// c is 128, the largest d_k or m - 1, whichever is least, without components of no variance. Cost: O(m D^2 + D^3), D the sum
/// of the spaces' directions.
Matrix shared_components(const std::vector<Matrix>& spaces, MatrixView rows, int threads);

}  // namespace vec2vec
