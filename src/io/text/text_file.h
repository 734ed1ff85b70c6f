// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "io/file/mapped_file.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// The lines of a UTF-8 text file, or one tab-separated column of them. Lines end in a newline, with or without a carriage
/// return before it, or in carriage returns alone; a byte order mark is left out. An empty line is an empty text.
class TextFile {
 public:
  /// Reads the file once, to count and check it. column: 0 = whole lines, k = their k-th column. Throws Error{kBadInput} for
  /// UTF-16, and naming the first line that is not UTF-8 or has too few columns.
  TextFile(const std::string& path, Index column);

  Index rows() const { return rows_; }
  Index empty_rows() const { return empty_rows_; }
  /// Texts first .. first + count - 1; they point into the mapped file. Throws Error{kBadInput} if the file was cut meanwhile.
  std::vector<std::string_view> read(Index first, Index count) const;

 private:
  MappedFile file_;
  Index column_, rows_ = 0, empty_rows_ = 0;
  char line_end_;
  std::vector<std::uint64_t> offsets_;  // of every kIndexStep-th line
};

}  // namespace vec2vec
