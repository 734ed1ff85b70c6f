#pragma once
#include <cstring>
#include <string_view>

#include "io/mapped_file.h"

namespace vec2vec {

/// The line of the file that begins at this byte, without its newline; the next one begins size() + 1 bytes further on.
inline std::string_view line_at(const MappedFile& file, std::uint64_t begin) {
  const char* text = reinterpret_cast<const char*>(file.data()) + begin;
  const std::uint64_t left = file.size() - begin;
  const void* newline = std::memchr(text, '\n', left);
  return {text, newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - text) : static_cast<std::size_t>(left)};
}

}  // namespace vec2vec
