// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "space/spectral/spectrum.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// The spectral gate. Leading directions that a gap sets apart from all others say nothing about texts but distort every
/// cosine. The first g <= 8 directions with eigenvalues of more than 5 times the next one, when they hold 0.3 to 0.95 of the
/// variance, as rows (g, d); (0, d) when there is no such gap. Tested encoders have ratios below 1.8.
Matrix dominating_directions(const Spectrum& principal);

/// Takes directions (g, d), orthonormal, out of rows (n, d), and scales these back to norm 1.
void drop_directions(MatrixView directions, MatrixSpan rows);

/// Drops dominating directions from centred unit rows (n, d) until none is left, in at most 8 rounds: once the first is gone,
/// the mean, which varies with it, may dominate. Returns all of them, orthonormal (g, d), and renews the spectrum when g > 0.
Matrix spectral_gate(MatrixSpan rows, Spectrum& principal, int threads);

/// (I - D^T D) W: the map W (d, m) for rows that still hold the directions D (g, d).
Matrix without_directions(MatrixView directions, Matrix weight);

}  // namespace vec2vec
