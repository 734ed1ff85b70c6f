// SPDX-License-Identifier: Apache-2.0
#include "io/table/sample.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "io/table/layout.h"

namespace vec2vec {
namespace {

constexpr std::size_t kRecords = 64, kFewestRecords = 8;
constexpr Index kCells = 20000;

void read_records(const MappedFile& file, std::uint64_t begin, TextSample& sample) {
  TextDialect& dialect = sample.dialect;
  dialect.quotes = dialect.separator != ' ';
  bool cut = dialect.separator == '\0' || dialect.separator == ' ', quoted = false;
  Index cells = 0;
  while (begin < file.size() && sample.rows.size() < kRecords && (sample.rows.size() < kFewestRecords || cells < kCells)) {
    TextRecord record;
    record.begin = begin;
    bool closed = true;
    record.text = record_at(file, begin, dialect, closed);
    if (!closed) dialect.quotes = false;  // then a quote is a character like others
    begin += record.text.size() + 1;
    if (is_blank_line(record.text, dialect)) continue;
    CellReader reader(without_return(record.text), dialect);
    for (TextCell cell; reader.next(cell);) {
      record.cells.push_back(cell);
      record.kinds.push_back(kind_of(cell, dialect.separator));
      quoted |= cell.quoted;
    }
    cells += record.count();
    cut |= record.count() > 1;
    sample.rows.push_back(std::move(record));
  }
  if (!cut) sample.rows.clear();
  dialect.quotes &= quoted;
}

void drop_first(TextSample& sample, std::size_t count) {
  sample.rows.erase(sample.rows.begin(), sample.rows.begin() + static_cast<std::ptrdiff_t>(count));
}

/// Lines that begin with #, as numpy.savetxt writes headers; not with #N/A or #DIV/0! of a spreadsheet.
void skip_comments(TextSample& sample) {
  std::size_t comments = 0;
  while (comments + 1 < sample.rows.size() && sample.rows[comments].text.starts_with('#') &&
         sample.rows[comments].kind(0) != CellKind::kMissing)
    ++comments;
  if (comments == 0) return;
  // A word of word2vec may be #: then the line is like the next.
  const TextRecord &last = sample.rows[comments - 1], &next = sample.rows[comments];
  if (last.kinds != next.kinds || !next.any(is_figure)) drop_first(sample, comments);
}

/// Whether the numbers of a record are 0, 1, ...: two at least, side by side.
bool counts_from_zero(const TextRecord& record) {
  Index first = -1, last = -1;
  for (Index j = 0; j < record.count(); ++j) {
    if (!is_figure(record.kind(j))) continue;
    if (first < 0) first = j;
    if ((last >= 0 && j != last + 1) || record.cell(j) != std::to_string(j - first)) return false;
    last = j;
  }
  return last > first;
}

/// "2, 3, 4": the cells of a record whose numbers are whole and each one more than the last, three at least; else nothing.
std::string counted(const TextRecord& record) {
  float before = 0, value = 0;
  for (Index j = 0; j < record.count(); ++j, before = value)
    if (!read_number(record.cell(j), false, value) || value != std::floor(value) || (j > 0 && value != before + 1)) return {};
  const auto text = [&](Index j) { return std::string(record.cell(j)); };
  return record.count() > 2 ? text(0) + ", " + text(1) + ", " + text(2) : std::string();
}

/// One word in all cells, two at least: no names, since they differ.
bool says_one_word(const TextRecord& record) {
  for (Index j = 1; j < record.count(); ++j)
    if (record.cell(j) != record.cell(0)) return false;
  return record.count() > 1;
}

/// A whole number of at most 15 digits, or -1.
Index whole_number(std::string_view text) {
  Index value = -1;
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string_view::npos) return -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// "2 3": so many rows of so many numbers follow, each with a word before it or none.
bool take_sizes(TextSample& sample) {
  const char separator = sample.dialect.separator;
  if ((separator != ' ' && separator != '\t') || sample.rows.size() < 2 || sample.rows[0].count() != 2) return false;
  const Index rows = whole_number(sample.rows[0].cell(0)), dim = whole_number(sample.rows[0].cell(1));
  if (rows < 0 || dim < 1) return false;
  const TextRecord& next = sample.rows[1];
  const bool word = !is_figure(next.kind(0));
  const bool fits = next.count() == 2 ? dim == 1 && word && is_figure(next.kind(1))
                                      : next.count() == dim || next.count() == dim + 1 || (word && next.count() > dim);
  if (!fits) return false;
  sample.promised_rows = rows;
  sample.promised_dim = dim;
  drop_first(sample, 1);
  return true;
}

void take_header(TextSample& sample) {
  sample.header = std::move(sample.rows[0]);
  drop_first(sample, 1);
}

void judge_first_line(TextSample& sample) {
  if (take_sizes(sample)) return;
  const TextRecord& line = sample.rows[0];
  if (counts_from_zero(line)) {
    if (std::all_of(line.kinds.begin(), line.kinds.end(), is_figure))
      sample.notes.push_back(
          "the first line counts 0, 1, ... and is taken for column names, as pandas writes them, not for a row; if it is a "
          "row, put a line of names above it");
    return take_header(sample);
  }
  const auto is_text = [](CellKind kind) { return kind == CellKind::kText; };
  if (!line.any(is_figure) && line.any(is_text) && !says_one_word(line)) {
    take_header(sample);
    // psql and Markdown draw a line below it.
    const auto is_rule = [](std::string_view text) {
      return text.find("---") != std::string_view::npos && text.find_first_not_of("-+|: \r") == std::string_view::npos;
    };
    if (!sample.rows.empty() && is_rule(sample.rows[0].text)) drop_first(sample, 1);
  } else if (const std::string cells = counted(line); !cells.empty()) {
    sample.notes.push_back("row 0 counts " + cells + ", ...: column names? If so, remove the line");
  }
}

}  // namespace

bool TextRecord::any(bool (*is)(CellKind)) const { return std::any_of(kinds.begin(), kinds.end(), is); }

bool is_figure(CellKind kind) { return kind != CellKind::kText && kind != CellKind::kMissing; }

TextSample sample_text(const MappedFile& file, std::uint64_t begin, TextDialect dialect) {
  TextSample sample;
  sample.dialect = dialect;
  read_records(file, begin, sample);
  if (sample.rows.empty()) return sample;
  skip_comments(sample);
  judge_first_line(sample);
  return sample;
}

}  // namespace vec2vec
