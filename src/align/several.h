// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/align.h"

namespace vec2vec {

/// The target and the further ones of a problem of several known spaces, each with a name; none when there is one target.
std::vector<KnownSpace> known_spaces(const AlignProblem& problem);

/// What a map of several known spaces has beside its weights.
struct Several {
  std::vector<Target> targets;  ///< the known spaces, without their weights; empty when there is only one
  Matrix components;            ///< from their rows side by side to the consensus (consensus/shared_components.h)
  Matrix mean;                  ///< of the consensus's unit rows
  double spread = 0;            ///< mean norm of its centred unit rows
};

/// The same problem with one target: its own, or its several known spaces side by side.
struct OneTarget {
  Matrix rows;           ///< side by side (consensus/consensus.h); empty with one known space
  AlignProblem problem;  ///< without more_targets; its target may lie in `rows`
  Several several;
};
OneTarget as_one_target(const AlignProblem& problem, const std::vector<KnownSpace>& known, int threads);

/// The map into the consensus: that of the rows side by side goes on through the components.
void enter_consensus(const Several& several, Map& map);

/// The dimensions of the targets.
std::vector<Index> widths(const std::vector<Target>& targets);

/// m (n, sum of widths) as blocks of so many columns.
std::vector<Matrix> split_columns(MatrixView m, const std::vector<Index>& widths);

}  // namespace vec2vec
