// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openvino/runtime/compiled_model.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encode/model_folder.h"

namespace vec2vec {

/// The tokenizer of a model folder, run by OpenVINO Tokenizers.
class Tokenizer {
 public:
  /// Throws Error{kBadInput} naming the tokenizer's file for anything malformed or not supported.
  explicit Tokenizer(const ModelFolder& folder);

  /// Token ids of each text, special tokens included, at most max_tokens each; sets cut[i] to whether text i was longer.
  std::vector<std::vector<std::int32_t>> encode(std::span<const std::string> texts, Index max_tokens,
                                                std::vector<bool>& cut) const;

 private:
  std::string path_;
  ov::CompiledModel model_;
  std::vector<std::int32_t> before_, after_;  // special tokens around every text
};

}  // namespace vec2vec
