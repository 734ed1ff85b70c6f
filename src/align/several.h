#pragma once
#include <vector>

#include "vec2vec/align.h"

namespace vec2vec {

/// The target and the further ones of a problem of several known spaces, each with a name; none when there is one target.
std::vector<KnownSpace> known_spaces(const AlignProblem& problem);

/// A problem with one target: the one it had, or the consensus of its several known spaces (consensus/consensus.h).
struct OneTarget {
  Matrix rows;                  ///< of the consensus; empty with one known space
  AlignProblem problem;         ///< without more_targets; its target may lie in `rows`
  std::vector<Target> targets;  ///< the known spaces, without their weights; empty when there is only one
};
OneTarget as_one_target(const AlignProblem& problem, const std::vector<KnownSpace>& known, int threads);

/// Dimensions of the targets.
std::vector<Index> widths(const std::vector<Target>& targets);

/// m (n, sum of widths) as blocks of so many columns.
std::vector<Matrix> split_columns(MatrixView m, const std::vector<Index>& widths);

}  // namespace vec2vec
