// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "vec2vec/audit.h"

namespace vec2vec {

/// Finished stages of an audit in a folder, so that it goes on from there after a crash. Without a folder nothing is kept.
class KeptStages {
 public:
  /// Stages of another identity are ignored, and the first stage that ends replaces them.
  KeptStages(std::string folder, std::string identity);

  /// The alignment of the store as it is: from the folder, or from find() and then kept (alignment.safetensors).
  AlignSummary alignment(const std::function<AlignSummary()>& find);
  /// The attack on one defence, by its steps.
  DefencePoint attack(const std::vector<DefenceStep>& steps, const std::function<DefencePoint()>& run);
  /// The text written for a row; what was written by another model or with other options (identity) is dropped.
  TextSample text(const std::string& identity, Index row, const std::function<TextSample()>& write);

 private:
  void save() const;

  std::string folder_;
  nlohmann::ordered_json stages_;
};

}  // namespace vec2vec
