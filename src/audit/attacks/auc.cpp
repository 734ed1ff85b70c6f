// SPDX-License-Identifier: Apache-2.0
#include "audit/attacks/auc.h"

#include <algorithm>

#include "core/text/number.h"

namespace vec2vec {

Auc::Auc(std::span<const float> scores, const std::vector<bool>& positive) {
  rows_.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) rows_.push_back({scores[i], static_cast<std::uint32_t>(i), positive[i]});
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.score < b.score; });
}

double Auc::operator()(std::span<const std::uint32_t> weights) const {
  double positives = 0, negatives = 0, won = 0;  // won: pairs in which the positive row scores higher, ties half
  for (std::size_t i = 0; i < rows_.size();) {
    double tied_positives = 0, tied_negatives = 0;
    const float score = rows_[i].score;
    for (; i < rows_.size() && rows_[i].score == score; ++i)
      (rows_[i].positive ? tied_positives : tied_negatives) += weights[rows_[i].index];
    won += tied_positives * (negatives + 0.5 * tied_negatives);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  return positives > 0 && negatives > 0 ? won / (positives * negatives) : kUndefined;
}

}  // namespace vec2vec
