#pragma once
#include <charconv>
#include <cstdlib>
#include <string>
#include <system_error>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Reads the decimal at the beginning of begin .. end into value, to the nearest float: infinite beyond float32's range.
/// Returns the place behind it, or null when there is no number.
inline const char* read_decimal(const char* begin, const char* end, float& value) {
  const auto [next, error] = std::from_chars(begin, end, value);
  if (error == std::errc::invalid_argument) return nullptr;
  if (error == std::errc::result_out_of_range) value = std::strtof(std::string(begin, next).c_str(), nullptr);
  return next;
}

/// Appends the row (1, dim) as the shortest decimals that read back as the same floats.
inline void append_decimals(std::string& text, const float* row, Index dim, char separator) {
  char number[32];
  for (Index j = 0; j < dim; ++j) {
    if (j > 0) text += separator;
    text.append(number, std::to_chars(number, number + sizeof number, row[j]).ptr);
  }
}

}  // namespace vec2vec
