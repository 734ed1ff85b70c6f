// SPDX-License-Identifier: Apache-2.0
#include "core/text/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace vec2vec {
namespace {

/// What a decimal that begins at text and is out of a type's range stands for: infinity, or 0.
double out_of_range(const char* begin, const char* end) {
  const bool negative = begin != end && *begin == '-';
  // Its order of magnitude: of the first digit that is not 0, and the exponent.
  long long order = 0;
  bool digit_seen = false, behind_point = false;
  const char* at = begin + negative;
  for (; at != end && (*at == '.' || (*at >= '0' && *at <= '9')); ++at) {
    if (*at == '.') {
      behind_point = true;
    } else if (digit_seen) {
      order += !behind_point;
    } else if (*at != '0') {
      digit_seen = true;
      if (behind_point) --order;
    } else if (behind_point) {
      --order;
    }
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && *at == '+') ++at;
    long long exponent = 0;
    if (std::from_chars(at, end, exponent).ec == std::errc::result_out_of_range)
      exponent = *at == '-' ? std::numeric_limits<int>::min() : std::numeric_limits<int>::max();
    order += exponent;
  }
  const double size = order > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -size : size;
}

/// As std::from_chars, with out-of-range values taken to infinity or 0.
template <typename Number>
const char* read(const char* begin, const char* end, Number& value) {
  const auto [next, error] = std::from_chars(begin, end, value);
  if (error == std::errc::invalid_argument) return nullptr;
  if (error == std::errc::result_out_of_range) value = static_cast<Number>(out_of_range(begin, next));
  return next;
}

/// Enough for the longest: 309 digits, a point and the places asked for.
constexpr int kMostPlaces = 64, kRoom = 400;

std::string text_of(double x, std::chars_format format, int places) {
  char text[kRoom];
  return {text, std::to_chars(text, text + kRoom, x, format, std::clamp(places, 0, kMostPlaces)).ptr};
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  if (read(text.data(), text.data() + text.size(), value) != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

const char* read_decimal(const char* begin, const char* end, float& value) { return read(begin, end, value); }

std::string fixed(double x, int digits) { return text_of(x, std::chars_format::fixed, digits); }

std::string shortest(double x) {
  char text[kRoom];
  return {text, std::to_chars(text, text + kRoom, x).ptr};
}

std::string significant(double x, int digits) { return text_of(x, std::chars_format::general, digits); }

std::string figure(double x) {
  if (std::isnan(x)) return "-";
  const double size = std::abs(x);
  if (size > 1e-12 && size < 5e-4) return text_of(x, std::chars_format::scientific, 1);
  return fixed(size > 1e-12 ? x : 0.0, size < 10 ? 4 : size < 1000 ? 2 : 1);
}

std::string probability_text(double p) {
  if (std::isnan(p)) return "-";
  return p >= 0.9995 ? ">0.999" : p < 0.0005 ? "<0.001" : fixed(p, 3);
}

}  // namespace vec2vec
