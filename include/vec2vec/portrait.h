// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/align.h"
#include "vec2vec/map.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

struct PortraitOptions {
  Index drawn = 500;    ///< rows a side in the views, spread evenly, in 16 .. 5000
  Index groups = 6;     ///< groups that rows are told apart by, in 2 .. 8
  Index examples = 20;  ///< rows a side whose nearest rows are given, and rows that are far from all others, in 1 .. 200
  std::vector<std::string> source_texts = {}, target_texts = {};  ///< empty, or the text of each row
  Index source_rows_in_file = 0, target_rows_in_file = 0;  ///< when the rows are spread over a file (space/sample.h): its rows,
                                                           ///< so that those of the file are named; 0 = the rows are all
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range, and texts that are not one a row.
  void validate(Index source_rows, Index target_rows) const;
};

/// What a map looks like, as the JSON that align_page (pages.h) draws: spectra, both spaces in the plane before and after,
/// groups of rows with their words, nearest rows on both sides, rows that are far from all others. The map is of problem's rows
/// or of others of the same models; problem.pairs are not used. At most 20,000 rows a side are looked at, spread evenly. Throws
/// Error{kBadInput} for dimensions that are not the map's, and other known spaces than it has. Cost: about 3 `drawn` m d flops
/// of the target's m rows, and the eigenvalues of a d x d matrix for each space. The same bytes for any number of
/// threads.
std::string portrait(const Map& map, const AlignProblem& problem, const PortraitOptions& options = {});

}  // namespace vec2vec
