// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace vec2vec {

/// See laid_out below.
std::string laid_out_texts(std::string_view pattern, std::initializer_list<std::string> fields);

inline std::string field_text(std::string_view text) { return std::string(text); }
template <std::integral Number>
std::string field_text(Number x) {
  return std::to_string(x);
}
std::string field_text(std::floating_point auto x) = delete;  // core/text/number.h says with how many digits

/// The pattern with a field in the place of each {}; {<12} fills it up with spaces on the right to 12 characters of UTF-8, {>9}
/// on the left. Fields are texts and whole numbers; other numbers go through core/text/number.h, which no locale changes.
template <typename... Fields>
std::string laid_out(std::string_view pattern, const Fields&... fields) {
  return laid_out_texts(pattern, {field_text(fields)...});
}

/// Several things as messages list them: "a, b, c".
std::string listed(std::span<const std::string> parts, std::string_view between = ", ");

}  // namespace vec2vec
