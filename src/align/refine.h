#pragma once
#include <cstdint>
#include <functional>

#include "align/climb.h"

namespace vec2vec {

/// A side ready for matching: centred unit rows with their principal directions.
struct Side {
  CentredRows centred;
  Spectrum principal;
};
Side prepare_side(MatrixView rows, int threads);

/// The map between x (n, p) and y (m, q), rows of the two sides in any coordinates, that a map of the view `from` implies:
/// Procrustes on the soft matching made in that view, on at most `rows` rows a side.
Matrix lift(const ViewPair& from, MatrixView map, MatrixView x, MatrixView y, Index rows, float temperature, int threads);

/// From a map of a narrow view to the map of all dimensions (d_source, d_target), acting on centred unit rows: lifted into the
/// full mildly whitened space, soft steps there until they settle, and lifted into the space itself. `step` is called between
/// stages with the part done in [0, 1] and may throw.
Matrix refine(const Side& source, const Side& target, const ViewPair& view, MatrixView map, std::uint64_t seed, int threads,
              const std::function<void(double)>& step);

/// Fraction in [-1, 1] to which two maps (d_source, d_target) translate rows alike: mean cosine of their translations.
double map_agreement(MatrixView rows, MatrixView map_a, MatrixView map_b, int threads);

}  // namespace vec2vec
