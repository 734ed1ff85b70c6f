// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace vec2vec {

/// The area under the ROC curve of one score (Mann-Whitney: the chance that a positive row scores above a negative one, ties
/// half), for many weightings of the same rows: they are sorted once.
class Auc {
 public:
  Auc(std::span<const float> scores, const std::vector<bool>& positive);
  /// weights: how often each row counts, in the order of scores. NaN without positives or negatives. Cost: O(rows).
  double operator()(std::span<const std::uint32_t> weights) const;

 private:
  struct Row {
    float score;
    std::uint32_t index;
    bool positive;
  };
  std::vector<Row> rows_;  // ascending
};

}  // namespace vec2vec
