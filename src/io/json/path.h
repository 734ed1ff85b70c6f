// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// A step into a JSON value: into the field `key` of an object, or into an element of a list.
struct JsonStep {
  std::string key = {};
  Index element = -1;  ///< of a list; -1: of an object

  friend bool operator==(const JsonStep&, const JsonStep&) = default;
};
using JsonPath = std::vector<JsonStep>;

/// As users write it: response.body.data[0].embedding.
std::string to_string(const JsonPath& path);

/// What makes jq write all values that stand where step `all` is one: .response.body.data[].
std::string jq_filter(const JsonPath& path, std::size_t all);

/// The one step in which the paths differ, all of them as long as the first; nothing where there are more such steps.
std::optional<std::size_t> only_difference(const std::vector<JsonPath>& paths);

/// What remains of a written path behind its first step, when that is the field `key`, or the element of a list: in brackets,
/// or as a number between dots. A key may have dots and brackets in it.
std::optional<std::string_view> behind(std::string_view path, std::string_view key);
std::optional<std::string_view> behind(std::string_view path, Index element);

}  // namespace vec2vec
