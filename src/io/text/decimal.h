// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <charconv>
#include <string>

#include "core/text/number.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Appends the row (1, dim) as the shortest decimals that read back as the same floats.
inline void append_decimals(std::string& text, const float* row, Index dim, char separator) {
  char number[32];
  for (Index j = 0; j < dim; ++j) {
    if (j > 0) text += separator;
    text.append(number, std::to_chars(number, number + sizeof number, row[j]).ptr);
  }
}

}  // namespace vec2vec
