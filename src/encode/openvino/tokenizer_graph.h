// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <openvino/core/model.hpp>
#include <stdexcept>

namespace vec2vec {

/// A step of a tokenizer.json that has no counterpart in OpenVINO Tokenizers or is not translated here.
struct UnsupportedTokenizer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The graph of a tokenizer.json, post-processor left out: strings (n) -> begins (n), ends (n) and ids, all int32; the tokens
/// of text i are ids[begins[i]] .. ids[ends[i] - 1]. Throws UnsupportedTokenizer, or json::exception for a malformed
/// description.
std::shared_ptr<ov::Model> tokenizer_graph(const nlohmann::json& description);

}  // namespace vec2vec
