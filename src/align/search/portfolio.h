// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "align/effort.h"
#include "align/pairs/pairs.h"
#include "align/search/climb.h"
#include "vec2vec/align.h"

namespace vec2vec {

/// The best map of the common view and the evidence that it is right.
struct PortfolioResult {
  Matrix map;  ///< (v, v)
  double pair_free_score = 0;
  double agreement = 0;  ///< mean cosine of the best map's translations with those of the best other search's
  std::vector<StartReport> starts;
  double searches_needed = 0;  ///< until two agreed, over the effort's least; all of the effort's when none did
  std::string stopped_because;
  bool easy = false;  ///< cheap searches sufficed: encoders of much the same space
};

/// Runs independent searches, cheap ones first; after each search the best few climb on. Ends when the effort's least number of
/// searches was run and the best one translates rows like another one that shares no k-means run and no pair with it, or when
/// all searches or the time budget are used up. `step` is called after each search with the work done and expected and may
/// throw.
PortfolioResult run_portfolio(const ViewPair& view, const Pairs& pairs, const AlignOptions& options,
                              const std::function<void(const Work&)>& step);

}  // namespace vec2vec
