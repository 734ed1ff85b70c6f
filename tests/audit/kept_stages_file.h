// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/text/json.h"
#include "io/resume/kept_records.h"

namespace vec2vec {

/// What an audit kept in its folder, to be looked at and changed.
class KeptStagesFile {
 public:
  explicit KeptStagesFile(const std::string& folder) : path_(folder + "/stages") {
    std::ifstream file(path_, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::uint64_t length = 0;  // of the first record, which is the job's identity
    if (bytes.size() < sizeof length) return;
    std::memcpy(&length, bytes.data(), sizeof length);
    identity_ = bytes.substr(sizeof length, length);
  }

  std::vector<nlohmann::json> records() const {
    std::vector<nlohmann::json> all;
    if (identity_.empty()) return all;
    KeptRecords(path_, identity_, KeptRecords::OfAnother::kRefuse, [&](const std::string& bytes) {
      all.push_back(parse_json(bytes));
      return true;
    });
    return all;
  }

  void replace(const std::vector<nlohmann::json>& records) const {
    KeptRecords file(path_, identity_, KeptRecords::OfAnother::kRestart, {});
    for (const nlohmann::json& record : records) {
      const std::string bytes = json_text(record);
      file.append(bytes.data(), bytes.size());
    }
  }

 private:
  std::string path_, identity_;
};

}  // namespace vec2vec
