// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <istream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vec2vec {

/// The one way from JSON to text, on one line or, with indent >= 0, on many. Never throws over what JSON cannot hold: bytes
/// that are not UTF-8, such as those of a file's name, become U+FFFD each, and numbers that are not finite null.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);
template <std::same_as<nlohmann::json> Unordered>
std::string json_text(const Unordered& json, int indent = -1);

/// The one way from text to JSON: nlohmann's parser is compiled once, not in each file that reads some. Malformed text throws
/// nlohmann::json::parse_error, or gives a discarded value when it may not throw.
nlohmann::json parse_json(std::string_view text, bool may_throw = true);
nlohmann::ordered_json parse_ordered_json(std::string_view text, bool may_throw = true);
nlohmann::json parse_json(std::istream& text, bool may_throw = true);
nlohmann::ordered_json parse_ordered_json(std::istream& text, bool may_throw = true);

}  // namespace vec2vec
