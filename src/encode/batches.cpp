// SPDX-License-Identifier: Apache-2.0
#include "encode/batches.h"

#include <algorithm>
#include <numeric>

namespace vec2vec {

std::vector<Batch> batches_by_length(const std::vector<Index>& lengths) {
  std::vector<Index> order(lengths.size());
  std::iota(order.begin(), order.end(), Index{0});
  const auto length = [&](Index text) { return lengths[static_cast<std::size_t>(text)]; };
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return length(a) > length(b); });
  std::vector<Batch> batches;
  for (const Index text : order) {
    Batch* last = batches.empty() ? nullptr : &batches.back();
    if (!last || static_cast<Index>(last->texts.size()) == std::clamp(kBatchTokens / last->width, Index{1}, kBatchTexts)) {
      const Index rounded = (length(text) + kWidthStep - 1) / kWidthStep * kWidthStep;
      last = &batches.emplace_back(Batch{{}, std::min(rounded, length(order.front()))});
    }
    last->texts.push_back(text);
  }
  return batches;
}

}  // namespace vec2vec
