// SPDX-License-Identifier: Apache-2.0
#include "io/json/path.h"

#include <algorithm>
#include <charconv>

namespace vec2vec {

std::string to_string(const JsonPath& path) {
  std::string text;
  for (const JsonStep& step : path)
    text += step.element >= 0 ? "[" + std::to_string(step.element) + "]" : (text.empty() ? "" : ".") + step.key;
  return text;
}

std::string jq_filter(const JsonPath& path, std::size_t all) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  std::string text;
  for (std::size_t i = 0; i < all; ++i) {
    const auto& [key, element] = path[i];
    if (element >= 0) {
      text += "[" + std::to_string(element) + "]";
    } else if (!key.empty() && std::all_of(key.begin(), key.end(), plain)) {
      text += "." + key;
    } else {
      text += "[\"";
      for (const char c : key) text += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
      text += "\"]";
    }
  }
  return (text.starts_with('.') ? "" : ".") + text + "[]";
}

std::optional<std::size_t> only_difference(const std::vector<JsonPath>& paths) {
  if (paths.size() < 2) return {};
  std::optional<std::size_t> found;
  for (const JsonPath& path : paths) {
    if (path.size() != paths[0].size()) return {};
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i] == paths[0][i]) continue;
      if (found && *found != i) return {};
      found = i;
    }
  }
  return found;
}

std::optional<std::string_view> behind(std::string_view path, std::string_view key) {
  if (key.empty() || !path.starts_with(key)) return {};
  path.remove_prefix(key.size());
  if (path.starts_with('.')) return path.substr(1);
  if (path.empty() || path[0] == '[') return path;
  return {};
}

std::optional<std::string_view> behind(std::string_view path, Index element) {
  const bool bracket = path.starts_with('[');
  if (bracket) path.remove_prefix(1);
  Index written = -1;
  const auto [next, error] = std::from_chars(path.data(), path.data() + path.size(), written);
  if (error != std::errc() || written != element) return {};
  path.remove_prefix(static_cast<std::size_t>(next - path.data()));
  if (bracket && !path.starts_with(']')) return {};
  if (bracket) path.remove_prefix(1);
  if (path.starts_with('.')) return path.substr(1);
  if (path.empty() || path[0] == '[') return path;
  return {};
}

}  // namespace vec2vec
