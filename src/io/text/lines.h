// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstring>
#include <string_view>

#include "io/file/mapped_file.h"

namespace vec2vec {

/// True when the file begins with the byte order mark of UTF-16 and goes on as text in it does.
bool is_utf16(const MappedFile& file);

/// The bytes that the byte order mark of UTF-8 takes at the beginning of a text: 3, or 0 without one.
inline std::size_t size_of_mark(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

/// Where the text of a file begins: behind the byte order mark of UTF-8, if there is one. Throws Error{kBadInput} for UTF-16.
std::uint64_t begin_of_text(const MappedFile& file);

/// The byte that ends the lines of a file: a newline, or a carriage return (old Macs) where the file has no newline at all.
char end_of_lines(const MappedFile& file);

/// The line of the file that begins at this byte, without its end; the next one begins size() + 1 bytes further on.
inline std::string_view line_at(const MappedFile& file, std::uint64_t begin, char line_end = '\n') {
  const char* text = reinterpret_cast<const char*>(file.data()) + begin;
  const std::uint64_t left = file.size() - begin;
  const void* end = std::memchr(text, line_end, left);
  return {text, end ? static_cast<std::size_t>(static_cast<const char*>(end) - text) : static_cast<std::size_t>(left)};
}

}  // namespace vec2vec
