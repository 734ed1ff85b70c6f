#pragma once
#include <functional>
#include <string>
#include <vector>

#include "align/climb.h"
#include "vec2vec/align.h"

namespace vec2vec {

/// The best map of the common view and the evidence that it is right.
struct PortfolioResult {
  Matrix map;  ///< (v, v)
  double pair_free_score = 0;
  double agreement = 0;  ///< mean cosine of the best map's translations with those of the best other group's
  std::vector<StartReport> starts;
  std::string stopped_because;
};

/// Tries groups of starts until two that share no k-means run end in the same map, or `groups` and `time_budget` are used up.
/// Within a group the branches (weightings x step sizes) are thinned out by the pair-free score. `step` is called between
/// groups with the part done and may throw.
PortfolioResult run_portfolio(const ViewPair& view, const AlignOptions& options, const std::function<void(double)>& step);

}  // namespace vec2vec
