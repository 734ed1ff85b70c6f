// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// One value a row of each measure of two neighbour lists; all in [0, 1] but lcs and edit, which are lengths in [0, k].
struct ListScores {
  std::vector<double> mutual;      ///< part of the k neighbours that both lists hold
  std::vector<double> cycle;       ///< 1 when some neighbour in B has the row among its neighbours in A
  std::vector<double> cycle_back;  ///< the same with A and B exchanged
  std::vector<double> lcs;         ///< longest common subsequence of the lists
  std::vector<double> edit;        ///< Levenshtein distance of the lists
};

/// Scores of row i of a with row pairing[i] of b; both (n, k). What options.only does not ask for stays empty. Cost O(n k^2).
ListScores list_scores(const Neighbours& a, const Neighbours& b, const Pairing& pairing, const MeasureOptions& options = {});

/// Those of mutual, cycle, LCS and edit-distance k-NN that options.only asks for, with bootstrap intervals over rows and nulls.
std::vector<Estimate> measure_lists(const Space& a, const Space& b, const MeasureOptions& options);

}  // namespace vec2vec
