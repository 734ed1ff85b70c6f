#pragma once
#include <cstdint>
#include <functional>

#include "align/climb.h"
#include "align/effort.h"
#include "align/pairs.h"

namespace vec2vec {

/// A side ready for matching: centred unit rows with their principal directions.
struct Side {
  CentredRows centred;
  Spectrum principal;
};
Side prepare_side(MatrixView rows, int threads);

/// From a map of a narrow view to the map of all dimensions (d_source, d_target), acting on centred unit rows. The view's
/// coupling gives a first map of the full, mildly whitened space; soft steps follow there until they settle; their last
/// coupling gives the map of the space itself, which is not orthogonal (linear/shrunk_map.h). `step` is called between
/// stages with the part done in [0, 1] and may throw.
/// thorough: many more steps, which unrelated encoders need. Known pairs take part in all steps; those held out only in the
/// very last fit, after the map was scored on them (fit).
Matrix refine(const Side& source, const Side& target, const Pairs& pairs, const Pairs& held_out, const ViewPair& view,
              Matrix map, bool thorough, const EffortPlan& plan, std::uint64_t seed, int threads,
              const std::function<void(double)>& step, PairFit& fit);

}  // namespace vec2vec
