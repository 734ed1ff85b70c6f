// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "io/file/mapped_file.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// How the records of a table of text are told apart, and the cells in them.
struct TextDialect {
  char separator = ',';  ///< a comma, semicolon, tab or bar; ' ' = spaces and tabs, any number; '\0' = one cell a line
  char line_end = '\n';
  bool quotes = false;         ///< cells in quotes may hold line ends, as in RFC 4180
  bool decimal_comma = false;  ///< 0,5 is a half
};

/// One cell, without the spaces and quotes around it. A vector keeps its brackets; doubled quotes stay doubled.
struct TextCell {
  std::string_view text;
  bool quoted = false;
};

/// What a cell holds.
enum class CellKind {
  kNumber,
  kCommaNumber,  ///< 0,5: a number with a decimal comma
  kList,         ///< a vector: [0.1, 0.2], {0.1,0.2}, "0.1 0.2"
  kBrokenList,   ///< begins with a bracket, and is no list of numbers
  kMissing,      ///< empty, NULL, NA, None ...
  kMixed,        ///< numbers with another separator between them
  kText
};

/// Hands out the cells of one record in turn.
class CellReader {
 public:
  CellReader(std::string_view record, const TextDialect& dialect);
  /// False when there are no more cells.
  bool next(TextCell& cell);
  /// Where the next cell begins.
  const char* position() const { return at_; }

 private:
  bool is_blank(char c) const { return c == ' ' || (c == '\t' && separator_ != '\t'); }
  const char* end_of_cell(const char* from) const;
  bool quoted_or_bracketed(TextCell& cell, const char*& next) const;

  char separator_;
  const char *at_, *end_;
  bool done_ = false;
};

/// The record that begins at this byte of the file, without its line end; the next one begins size() + 1 bytes further on.
/// closed: false when a quote opens in it that is never closed; the record is then its first line.
std::string_view record_at(const MappedFile& file, std::uint64_t begin, const TextDialect& dialect, bool& closed);

/// A line end of Windows leaves a carriage return: the record without it.
std::string_view without_return(std::string_view record);

/// Reads a whole cell as a number.
bool read_number(std::string_view cell, bool decimal_comma, float& value);

/// Reads a whole cell as a vector: numbers between commas or spaces, with or without brackets. Up to capacity numbers go to
/// out; returns how many there are, or -1 when it is no list of numbers.
Index read_list(std::string_view cell, float* out, Index capacity);

CellKind kind_of(const TextCell& cell, char separator);

/// 1,234 or 1,234.56: may be a number whose thousands are set off.
bool has_thousands(std::string_view cell);

/// A cell that begins with a bracket.
bool has_bracket(std::string_view cell);

/// Whether a cell may be read as a list: others hold one number each, as the separator may stand in a list too.
bool may_be_list(const TextCell& cell, char separator);

}  // namespace vec2vec
