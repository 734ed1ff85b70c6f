#pragma once
#include "space/spectrum.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// The axes by which a map knows the rows that it fits.
struct LeadingAxes {
  Matrix axes;       ///< (r, d), orthonormal; r = d / 8, 1 to 32
  double share = 0;  ///< of the rows' energy along them
};
/// Of centred unit rows (n, d) with their spectrum.
LeadingAxes leading_axes(MatrixView centred, const Spectrum& principal);

}  // namespace vec2vec
