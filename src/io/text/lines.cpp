// SPDX-License-Identifier: Apache-2.0
#include "io/text/lines.h"

#include <algorithm>

#include "io/foreign.h"
#include "vec2vec/error.h"

namespace vec2vec {

bool is_utf16(const MappedFile& file) {
  const std::uint8_t* bytes = file.data();
  if (file.size() < 4) return false;
  const bool little = bytes[0] == 0xFF && bytes[1] == 0xFE, big = bytes[0] == 0xFE && bytes[1] == 0xFF;
  if (!little && !big) return false;
  // Of the first characters behind the mark, most are ASCII: every other byte is 0.
  const std::uint64_t end = std::min<std::uint64_t>(file.size(), 64) / 2 * 2;
  std::uint64_t ascii = 0;
  for (std::uint64_t i = 2; i < end; i += 2) ascii += bytes[i + little] == 0 && bytes[i + big] != 0;
  return 2 * ascii >= (end - 2) / 2;
}

std::uint64_t begin_of_text(const MappedFile& file) {
  if (is_utf16(file))
    bad_input("is UTF-16 text, which is not read", file.path(),
              utf8_command(file.path(), "UTF-16") + "; Excel saves UTF-8 as \"CSV UTF-8\"");
  return size_of_mark(file.bytes());
}

char end_of_lines(const MappedFile& file) {
  const auto has = [&](char c) { return std::memchr(file.data(), c, file.size()) != nullptr; };
  return !has('\n') && has('\r') ? '\r' : '\n';
}

}  // namespace vec2vec
