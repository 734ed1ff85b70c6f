// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Texts that go through the model together, padded to one width.
struct Batch {
  std::vector<Index> texts;
  Index width = 0;  ///< tokens each
};

/// Groups texts of the given lengths (tokens, >= 1) so that little is padded: sorted by length, widths rounded up to a multiple
/// of kWidthStep but not above the longest text, at most kBatchTokens tokens and kBatchTexts texts a batch (a longer text is
/// alone). Every text is in one batch. Longest first, so that no long batch is left over at the end.
inline constexpr Index kWidthStep = 4, kBatchTokens = 1024, kBatchTexts = 32;
std::vector<Batch> batches_by_length(const std::vector<Index>& lengths);

}  // namespace vec2vec
