// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/audit.h"

namespace vec2vec {

/// The known spaces of a problem, the first one too; without names of their own they are "known 1", "known 2" ...
std::vector<AuditSpace> known_spaces_of(const AuditProblem& problem);

/// Throws Error{kBadInput} unless the vectors of every known space belong to the problem's texts, are finite and, with several
/// spaces, of the same texts in each.
void check_known_spaces(const AuditProblem& problem);

/// Whether the map leads from the dimension of the store to that of the public rows; with several known spaces, in the map's
/// order, to that of each.
bool leads_between(const Map& map, const AuditProblem& problem);

/// The problem for the map's known spaces: `problem.more_spaces` and the first one in the order of the map's targets.
AuditProblem in_order_of(const Map& map, const AuditProblem& problem);

/// A problem whose vectors lie in the space that the map leads to.
struct OneSpace {
  AuditProblem problem;      ///< without more_spaces; its vectors may lie in `rows`
  std::vector<Matrix> rows;  ///< of the consensus of several known spaces; else none
};

/// problem: in the order of the map's targets. map has to outlive the result, whose encoder goes through it.
OneSpace in_one_space(const Map& map, const AuditProblem& problem);

}  // namespace vec2vec
