// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "align/effort.h"
#include "align/pairs/pairs.h"
#include "align/search/climb.h"
#include "align/side.h"

namespace vec2vec {

/// The map that was found, and one into each block of the target.
struct Refined {
  Matrix weight;               ///< (d_source, d_target)
  std::vector<Matrix> blocks;  ///< (d_source, width) each
};

/// From a map of a narrow view to the map of all dimensions (d_source, d_target), acting on centred unit rows. The view's
/// coupling gives a first map of the full, mildly whitened space; soft steps follow there; couplings of all rows (settle.h)
/// then give the map of the space itself, which is not orthogonal (linear/shrunk_map.h). `step` is called between stages with
/// the part of refine_work() that is done in [0, 1] and may throw. blocks: widths of the target's blocks of columns when it is
/// several spaces side by side, else empty. Each gets a last map of its own from the same coupling. thorough: many more steps,
/// which unrelated encoders need. Known pairs take part in all steps; those held out only in the very last fit, after the map
/// was scored on them (fit).
Refined refine(const Side& source, const Side& target, const Pairs& pairs, const Pairs& held_out, const ViewPair& view,
               Matrix map, const std::vector<Index>& blocks, bool thorough, const EffortPlan& plan, std::uint64_t seed,
               int threads, const std::function<void(double)>& step, PairFit& fit);

/// How much work refine() is for sides of so many rows (align/effort.h).
double refine_work(Index source_rows, Index target_rows, bool thorough, const EffortPlan& plan);

}  // namespace vec2vec
