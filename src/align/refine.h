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

/// Carries a map found in one view into a wider one of the same sides: Procrustes on the translated rows.
Matrix lift(const ViewPair& from, MatrixView map, const ViewPair& to, int threads);

/// From a map of a narrow view to the map of all dimensions (d_source, d_target), acting on centred unit rows: soft matching
/// in a middle view, in the full mildly whitened space, then few large steps averaged with the last map. `step` is called
/// between stages with the part done in [0, 1] and may throw.
Matrix refine(const Side& source, const Side& target, const ViewPair& view, MatrixView map, std::uint64_t seed, int threads,
              const std::function<void(double)>& step);

/// Fraction in [-1, 1] to which two maps (d_source, d_target) translate rows alike: mean cosine of their translations.
double map_agreement(MatrixView rows, MatrixView map_a, MatrixView map_b, int threads);

}  // namespace vec2vec
