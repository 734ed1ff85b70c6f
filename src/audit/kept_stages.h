// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "io/resume/kept_records.h"
#include "vec2vec/audit.h"

namespace vec2vec {

/// Finished stages of an audit in a folder, so that it goes on from there after a crash: records in the file `stages`, and the
/// map in alignment.safetensors. Without a folder nothing is kept.
class KeptStages {
 public:
  /// Stages of another identity are dropped.
  KeptStages(std::string folder, const std::string& identity);

  /// The alignment of the store as it is: from the folder, or from find() and then kept.
  AlignSummary alignment(const std::function<AlignSummary()>& find);
  /// The attack on one defence, by its steps.
  DefencePoint attack(const std::vector<DefenceStep>& steps, const std::function<DefencePoint()>& run);
  /// The text written for a row; what another model wrote, or one with other options (identity), is not taken.
  TextSample text(const std::string& identity, Index row, const std::function<TextSample()>& write);

 private:
  void keep(const std::string& stage, nlohmann::ordered_json result);

  std::string folder_;
  std::map<std::string, nlohmann::ordered_json> stages_;  ///< results by the stage's name
  std::optional<KeptRecords> records_;
};

}  // namespace vec2vec
