// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "align/search/climb.h"
#include "vec2vec/align.h"

namespace vec2vec {

/// What the portfolio goes on from after each search; its random numbers depend on the seed and the search's number alone.
struct SearchState {
  std::size_t next = 0;       ///< the search to run next
  std::vector<Climber> pool;  ///< best first
  std::vector<StartReport> starts;
};

/// Identifies a run by the rows of the view, the pairs and the options that affect the search.
std::string search_key(const ViewPair& view, const PairTerm& pairs, const AlignOptions& options);

void save_search(const std::string& path, const std::string& key, const SearchState& state);

/// Throws Error{kBadInput} for a foreign or damaged file or one of another key. dims: of the view.
SearchState load_search(const std::string& path, const std::string& key, Index dims);

}  // namespace vec2vec
