// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "space/spectral/spectrum.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Rows that Map::fits looks at, spread evenly.
inline constexpr Index kFitRows = 2000;

/// The axes by which a map knows the rows that it fits.
struct LeadingAxes {
  Matrix axes;       ///< (r, d), orthonormal; r = d / 8, 1 to 32
  double share = 0;  ///< of the rows' energy along them
};
/// The axes of centred unit rows (n, d) with their spectrum.
LeadingAxes leading_axes(MatrixView centred, const Spectrum& principal);

/// What to try with rows that Map::fits refuses. It also refuses sets of one narrow topic (medical terms, questions to a bank),
/// for no bound on their energy tells them from rows of a sibling of the model.
constexpr const char* kUnfitHint =
    "check that they come from the same encoder; if they do and are of one narrow topic, `TranslateOptions::ignore_fingerprint "
    "= true` translates them";

}  // namespace vec2vec
