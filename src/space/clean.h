#pragma once
#include <vector>

#include "space/spectrum.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Rows without their repetitions: texts that occur again and again would otherwise be clusters, and weigh more than any other.
struct DistinctRows {
  Matrix copy;               ///< empty when all rows were kept
  MatrixView rows;           ///< into copy, or all the rows given
  std::vector<Index> place;  ///< of each row given: its number among `rows`; empty when all were kept
};

/// Rows (n, d) that repeat no earlier one bit for bit. Repetitions of up to 1 % of the rows do no harm and stay.
DistinctRows distinct_rows(MatrixView rows);

/// The spectral gate: leading directions that dominate all others, told by a gap, say nothing of texts but bend every cosine.
/// The first g <= 8 directions with eigenvalues of more than 5 times the next one, when they hold 0.3 to 0.95 of the variance,
/// as rows (g, d); (0, d) when there is no such gap. Encoders looked at have ratios below 1.8.
Matrix dominating_directions(const Spectrum& principal);

/// Takes directions (g, d), orthonormal, out of rows (n, d), and scales these back to norm 1.
void drop_directions(MatrixView directions, MatrixSpan rows);

/// Drops dominating directions from centred unit rows (n, d) until none is left, 8 rounds at most: behind the first there may
/// be the mean, which varies with it. Returns all of them, orthonormal (g, d), and renews the spectrum when g > 0.
Matrix spectral_gate(MatrixSpan rows, Spectrum& principal, int threads);

/// (I - D^T D) W: the map W (d, m) for rows that still hold the directions D (g, d).
Matrix without_directions(MatrixView directions, Matrix weight);

}  // namespace vec2vec
