// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

// Thread-safe: calls share nothing.
namespace vec2vec {

/// The lines of a UTF-8 text file, read into memory: texts, labels, words. A byte order mark and the ends of lines (of Unix,
/// Windows and old Macs) are left out; an empty line is an empty text. Throws Error{kBadInput} when the file cannot be read, is
/// empty or UTF-16, and naming the first line that is not UTF-8.
std::vector<std::string> read_texts(const std::string& path);

}  // namespace vec2vec
