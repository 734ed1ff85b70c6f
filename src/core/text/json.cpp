// SPDX-License-Identifier: Apache-2.0
#include "core/text/json.h"

namespace vec2vec {

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

template <std::same_as<nlohmann::json> Unordered>
std::string json_text(const Unordered& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}
template std::string json_text(const nlohmann::json& json, int indent);

nlohmann::json parse_json(std::string_view text, bool may_throw) { return nlohmann::json::parse(text, nullptr, may_throw); }

nlohmann::ordered_json parse_ordered_json(std::string_view text, bool may_throw) {
  return nlohmann::ordered_json::parse(text, nullptr, may_throw);
}

nlohmann::json parse_json(std::istream& text, bool may_throw) { return nlohmann::json::parse(text, nullptr, may_throw); }

nlohmann::ordered_json parse_ordered_json(std::istream& text, bool may_throw) {
  return nlohmann::ordered_json::parse(text, nullptr, may_throw);
}

}  // namespace vec2vec
