// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cctype>
#include <string>

namespace vec2vec {

/// Whether text has that part; it may begin a sentence there.
inline bool contains(const std::string& text, std::string part) {
  if (text.find(part) != std::string::npos) return true;
  if (!part.empty()) part[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(part[0])));
  return text.find(part) != std::string::npos;
}

}  // namespace vec2vec
