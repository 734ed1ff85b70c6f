// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "io/file/mapped_file.h"
#include "io/table/cells.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Where the vectors are in a table of text.
struct TextLayout {
  enum class Shape {
    kNumbers,  ///< a number a cell, in columns first .. first + dim - 1
    kList,     ///< all numbers in the cell of column `first`
    kWords     ///< word2vec, GloVe: a word, which may hold spaces, and dim numbers behind it
  };
  TextDialect dialect;
  Shape shape = Shape::kNumbers;
  std::uint64_t first_row = 0;  ///< byte of the first row, behind a header
  Index columns = 0;            ///< cells a row
  Index first = 0, dim = 0;
  bool open_end = false;           ///< every row ends in a separator
  Index promised_rows = -1;        ///< what the first line says (word2vec); -1 = nothing
  std::vector<std::string> names;  ///< of the columns; empty = there is no header
  std::vector<std::string> notes;  ///< what the user should know of how the table was read
};

/// What is wrong with a row, and what to try. Empty `what` = nothing.
struct TextFault {
  std::string what, hint;
};
inline constexpr const char* kTwoWays = "numbers are separated in two ways on one line, or have decimal commas";
inline constexpr const char* kOneWay = "decimal points, and one separator in the whole file";

/// Finds out how a table is laid out, from its first records. column: name of the column of vectors; empty = the only one, or
/// `embedding`, or `vector`. Throws Error{kBadInput} when there is no line of numbers, when it can be read in more than one
/// way, and for what is wrong with the first row.
TextLayout find_text_layout(const MappedFile& file, const std::string& column);

/// Reads the vector of one record, its line end left out, into out (layout.dim). False when something is wrong with it.
bool read_row(std::string_view record, const TextLayout& layout, float* out);

/// What is wrong with a record that read_row refuses.
TextFault fault_of(std::string_view record, const TextLayout& layout);

/// Throws Error{kBadInput} when a record that quotes spread over several lines holds a line that is a row itself.
void check_record(const MappedFile& file, std::string_view record, const TextLayout& layout);

/// "line 7": the line of the file that a place in it belongs to. Cost: the bytes before it.
std::string place_of(const MappedFile& file, const char* at);

/// True for a line that is no row: empty, or of spaces only.
bool is_blank_line(std::string_view line, const TextDialect& dialect);

/// "column 2 ('e1')".
std::string column_label(const TextLayout& layout, Index column);

/// The beginning of a text in quotes, for messages.
std::string excerpt(std::string_view text);

}  // namespace vec2vec
