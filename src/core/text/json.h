#pragma once
#include <concepts>
#include <nlohmann/json.hpp>
#include <string>

namespace vec2vec {

/// The one way from JSON to text, on one line or, with indent >= 0, on many. Never throws over what JSON cannot hold: bytes
/// that are not UTF-8, such as those of a file's name, become U+FFFD each, and numbers that are not finite null.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);
template <std::same_as<nlohmann::json> Unordered>
std::string json_text(const Unordered& json, int indent = -1) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace vec2vec
