// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "io/table/layout.h"
#include "io/text/decimal.h"
#include "io/text/utf8.h"

namespace vec2vec {
namespace {

constexpr const char* kRepair = "repair or remove the row; row 0 is the first row of numbers";

/// Reads dim numbers between separators from begin .. end; returns the place behind the last, or null.
const char* read_numbers(const char* at, const char* end, char separator, Index dim, float* out) {
  const auto skip_blanks = [&] {
    while (at < end && (*at == ' ' || (*at == '\t' && separator != '\t'))) ++at;
  };
  for (Index j = 0; j < dim; ++j) {
    skip_blanks();
    if (at < end && *at == '+' && at + 1 < end && at[1] != '-') ++at;
    const char* next = read_decimal(at, end, out[j]);
    if (!next) return nullptr;
    at = next;
    skip_blanks();
    if (j + 1 == dim) return at;
    if (at == end) return nullptr;
    if (separator == ' ' ? at == next : *at++ != separator) return nullptr;
  }
  return at;
}

/// Whether as many cells follow here as the layout says, of which this one ended at `at`.
bool rest_fits(const char* at, const char* end, const TextLayout& layout) {
  Index left = layout.columns - layout.first - layout.dim;
  if (left == 0) return at == end;
  if (layout.dialect.separator != ' ' && (at == end || *at++ != layout.dialect.separator)) return false;
  CellReader reader({at, static_cast<std::size_t>(end - at)}, layout.dialect);
  TextCell cell;
  for (; reader.next(cell); --left)
    if (left == 1 && layout.open_end && !(cell.text.empty() && !cell.quoted)) return false;
  return left == 0;
}

/// The cells of a row one by one: quoted numbers, decimal commas.
bool read_cells(std::string_view record, const TextLayout& layout, float* out) {
  CellReader reader(record, layout.dialect);
  TextCell cell;
  Index j = 0;
  for (; reader.next(cell); ++j) {
    if (layout.shape == TextLayout::Shape::kList) {
      if (j == layout.first &&
          !(may_be_list(cell, layout.dialect.separator) && read_list(cell.text, out, layout.dim) == layout.dim))
        return false;
    } else if (j >= layout.first && j < layout.first + layout.dim) {
      if (!read_number(cell.text, layout.dialect.decimal_comma, out[j - layout.first])) return false;
    }
    if (j + 1 == layout.columns && layout.open_end && !(cell.text.empty() && !cell.quoted)) return false;
  }
  return j == layout.columns;
}

/// The last dim cells of a row of words: the word before them may hold spaces.
bool read_behind_word(std::string_view record, const TextLayout& layout, float* out) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  const char *begin = record.data(), *end = begin + record.size();
  while (end > begin && blank(end[-1])) --end;
  const char* at = end;
  for (Index j = 0; j < layout.dim; ++j) {
    while (at > begin && blank(at[-1])) --at;
    if (at == begin) return false;
    while (at > begin && !blank(at[-1])) --at;
  }
  return at > begin && read_numbers(at, end, ' ', layout.dim, out) == end;
}

TextFault fault_of_cell(const TextCell& cell, const TextLayout& layout, Index column) {
  const std::string where = column_label(layout, column);
  const bool list = layout.shape == TextLayout::Shape::kList;
  const CellKind kind = kind_of(cell, layout.dialect.separator);
  if (kind == CellKind::kMissing) {
    const std::string what = cell.text.empty()
                                 ? where + " is empty"
                                 : where + " holds " + excerpt(cell.text) + ", no " + (list ? "vector" : "number");
    return {what, "fill in or leave out rows without a vector; a header is a line without a number"};
  }
  if (cell.text.find("...") != std::string_view::npos && (list || has_bracket(cell.text)))
    return {where + " holds a vector that was shortened to '...' when it was written: its numbers are not in the file",
            "write the vectors in full, from numpy by v.tolist()"};
  if (list) {
    const Index count = read_list(cell.text, nullptr, 0);
    if (count > 0 && count != layout.dim)
      return {"there are " + std::to_string(count) + " numbers instead of " + std::to_string(layout.dim) + " in " + where,
              kRepair};
    return {where + " holds " + excerpt(cell.text) + ", no list of numbers",
            "write vectors as [0.1, 0.2], from numpy by v.tolist()"};
  }
  const bool point = layout.dialect.decimal_comma && kind == CellKind::kNumber;  // beside commas
  if (point || kind == CellKind::kCommaNumber || kind == CellKind::kMixed)
    return {where + " holds " + excerpt(cell.text) + ": " + kTwoWays, kOneWay};
  return {where + " holds " + excerpt(cell.text) + ", no number",
          "a text column may stand before or behind the numbers, in every row; a header is a line of different names, without "
          "a number"};
}

}  // namespace

bool read_row(std::string_view record, const TextLayout& layout, float* out) {
  record = without_return(record);
  const TextDialect& dialect = layout.dialect;
  if (layout.shape != TextLayout::Shape::kList && !dialect.decimal_comma) {
    const char *at = record.data(), *end = at + record.size();
    if (layout.first > 0) {
      CellReader reader(record, dialect);
      TextCell cell;
      for (Index j = 0; j < layout.first; ++j)
        if (!reader.next(cell)) return false;
      at = reader.position();
    }
    at = read_numbers(at, end, dialect.separator, layout.dim, out);
    if (at && rest_fits(at, end, layout)) return true;
  }
  if (layout.shape == TextLayout::Shape::kWords) return read_behind_word(record, layout, out);
  return read_cells(record, layout, out);
}

TextFault fault_of(std::string_view record, const TextLayout& layout) {
  record = without_return(record);
  CellReader reader(record, layout.dialect);
  std::vector<TextCell> cells;
  for (TextCell cell; reader.next(cell);) cells.push_back(cell);
  const auto count = static_cast<Index>(cells.size());
  const bool words = layout.shape == TextLayout::Shape::kWords;
  const Index offset = words && count > layout.columns ? count - layout.columns : 0;
  const Index numbers = layout.shape == TextLayout::Shape::kList ? 1 : layout.dim;
  std::vector<float> out(static_cast<std::size_t>(layout.dim));
  for (Index j = layout.first; j < layout.first + numbers && j + offset < count; ++j) {
    const TextCell& cell = cells[static_cast<std::size_t>(j + offset)];
    const bool fine = layout.shape == TextLayout::Shape::kList ? may_be_list(cell, layout.dialect.separator) &&
                                                                     read_list(cell.text, out.data(), layout.dim) == layout.dim
                                                               : read_number(cell.text, layout.dialect.decimal_comma, out[0]);
    if (!fine) return fault_of_cell(cell, layout, j);
  }
  if (count != layout.columns)
    return {(count == 1 ? "there is " : "there are ") + std::to_string(count) +
                (count == 1 ? " column instead of " : " columns instead of ") + std::to_string(layout.columns) +
                (count == 1 ? ": " + excerpt(cells[0].text) : ""),
            "every row needs as many columns as the others; repair or remove this one"};
  return {"the last column holds a value here, and none in the rows before",
          "a value in each row, or none and no separator before it"};
}

bool is_blank_line(std::string_view line, const TextDialect& dialect) {
  return std::all_of(line.begin(), line.end(),
                     [&](char c) { return c == ' ' || c == '\r' || (c == '\t' && dialect.separator != '\t'); });
}

std::string column_label(const TextLayout& layout, Index column) {
  const auto j = static_cast<std::size_t>(column);
  const bool named = j < layout.names.size() && !layout.names[j].empty();
  return "column " + std::to_string(column) + (named ? " (" + excerpt(layout.names[j]) + ")" : "");
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string shown(text.substr(0, kLongest));
  while (!shown.empty() && !valid_utf8(shown) && shown.size() + 4 > std::min(kLongest, text.size()))
    shown.pop_back();  // a character cut in two
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';
  if (!valid_utf8(shown))
    for (char& c : shown)
      if (static_cast<unsigned char>(c) >= 128) c = '?';
  return "'" + shown + (text.size() > kLongest ? "..." : "") + "'";
}

}  // namespace vec2vec
