// SPDX-License-Identifier: Apache-2.0
#include "core/text/layout.h"

#include <algorithm>
#include <charconv>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string laid_out_texts(std::string_view pattern, std::initializer_list<std::string> fields) {
  std::string text;
  const std::string* field = fields.begin();
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos || field == fields.end())
      throw Error(ErrorKind::kInternal, "a line has more places than fields", std::string(pattern));
    const std::string_view place = pattern.substr(open + 1, close - open - 1);
    std::size_t width = 0;
    if (place.size() > 1) std::from_chars(place.data() + 1, place.data() + place.size(), width);
    const std::size_t wide = characters(*field);
    const std::string fill(width > wide ? width - wide : 0, ' ');
    text += place.starts_with('>') ? fill + *field : *field + fill;
    ++field;
    pattern.remove_prefix(close + 1);
  }
  return text;
}

std::string listed(std::span<const std::string> parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

}  // namespace vec2vec
