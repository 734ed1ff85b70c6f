// SPDX-License-Identifier: Apache-2.0
#include "io/table/layout.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "io/table/columns.h"
#include "io/table/sample.h"
#include "io/text/lines.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr const char* kTable =
    "a row of numbers a line, such as 0.1,0.2,0.3, or a vector a line, such as \"[0.1, 0.2, 0.3]\"; other columns may stand "
    "beside them";

/// The header may hold rows in a quote that is not closed where it should be.
void check_header(const MappedFile& file, std::uint64_t begin, const TextLayout& layout) {
  bool closed = true;
  TextDialect quoted = layout.dialect;
  quoted.quotes = quoted.separator != ' ';
  const std::string_view record = record_at(file, begin, quoted, closed);
  if (closed) check_record(file, record, layout);
}

/// Whether a cell has a quote at one of its ends only, or within.
bool has_stray_quote(std::string_view line, const TextDialect& dialect) {
  CellReader reader(line, dialect);
  for (TextCell cell; reader.next(cell);)
    if (!cell.quoted && cell.text.find('"') != std::string_view::npos) return true;
  return false;
}

}  // namespace

std::string place_of(const MappedFile& file, const char* at) {
  const char* begin = reinterpret_cast<const char*>(file.data());
  return "line " + std::to_string(std::count(begin, at, end_of_lines(file)) + 1);
}

void check_record(const MappedFile& file, std::string_view record, const TextLayout& layout) {
  if (record.find(layout.dialect.line_end) == std::string_view::npos) return;
  std::vector<float> out(static_cast<std::size_t>(layout.dim));
  bool first_is_row = false;
  for (std::size_t begin = 0; begin <= record.size();) {
    const std::string_view line = record.substr(begin, record.find(layout.dialect.line_end, begin) - begin);
    bool row = read_row(line, layout, out.data());
    if (begin == 0) {  // text at its end may go on in the next line
      first_is_row = std::exchange(row, false);
    } else if (begin + line.size() == record.size()) {  // text at its beginning may come from the line before
      row = row && first_is_row;
    } else {
      row = row && !has_stray_quote(line, layout.dialect);
    }
    if (row)
      bad_input("a quote opens on " + place_of(file, record.data()) + " and closes behind a line that is a row itself",
                file.path() + ", " + place_of(file, line.data()), "close the quote, or write the table without quotes");
    begin += line.size() + 1;
  }
}

TextLayout find_text_layout(const MappedFile& file, const std::string& column) {
  const std::uint64_t begin = begin_of_text(file);
  TextDialect dialect;
  dialect.line_end = end_of_lines(file);
  std::optional<TextAttempt> likeliest, ragged;
  bool names_only = false, tabs = false;
  for (const char separator : {'\t', ';', '|', ',', '\0', ' '}) {  // the first that leads to vectors
    if (separator == ' ' && tabs) break;                           // where an empty cell between two tabs would vanish
    dialect.separator = separator;
    const TextSample sample = sample_text(file, begin, dialect);
    names_only |= sample.rows.empty() && sample.header;
    if (sample.rows.empty()) continue;
    TextAttempt attempt = choose_columns(sample, column);
    tabs |= separator == '\t' && attempt.figures > 1;
    if (attempt.fault.what.empty() && attempt.ragged) {
      if (!ragged) ragged = std::move(attempt);
      continue;
    }
    if (attempt.fault.what.empty()) {
      if (sample.header) check_header(file, sample.header->begin, attempt.layout);
      return std::move(attempt.layout);
    }
    if (!likeliest || attempt.figures > likeliest->figures) likeliest = std::move(attempt);
  }
  if (ragged) return std::move(ragged->layout);  // reading names the first row that does not fit
  if (without_return(line_at(file, begin, dialect.line_end)).find('\r') != std::string_view::npos)
    bad_input("has a carriage return within it: the file's lines end in two ways", file.path() + ", line 1",
              "one way to end lines: tr '\\r' '\\n' < FILE > NEW");
  if (likeliest && (likeliest->figures > 0 || !names_only)) {
    const char* row = reinterpret_cast<const char*>(file.data()) + likeliest->layout.first_row;
    bad_input(likeliest->fault.what, file.path() + (likeliest->in_row ? ", row 0 (" + place_of(file, row) + ")" : ""),
              likeliest->fault.hint.empty() ? kTable : likeliest->fault.hint);
  }
  if (names_only) {
    const bool figures = line_at(file, begin, dialect.line_end).find_first_of("0123456789") != std::string_view::npos;
    bad_input("a line of column names, and no row of numbers below it", file.path(),
              figures ? "if the line is a row, put a line of names above it" : kTable);
  }
  bad_input("the file holds no rows of numbers", file.path(), kTable);
}

}  // namespace vec2vec
