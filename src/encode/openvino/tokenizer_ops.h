// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openvino/core/any.hpp>
#include <openvino/core/node_vector.hpp>
#include <string>
#include <vector>

namespace vec2vec {

/// Makes one operation of OpenVINO Tokenizers; attributes that are not named keep the operation's defaults.
ov::OutputVector tokenizer_op(const std::string& type, const ov::OutputVector& inputs, const ov::AnyMap& attributes = {});

/// A constant list of strings as the operations take it: begins, ends, characters. A single string is its characters only.
ov::OutputVector string_list(const std::vector<std::string>& strings);
ov::Output<ov::Node> single_string(const std::string& text);

}  // namespace vec2vec
