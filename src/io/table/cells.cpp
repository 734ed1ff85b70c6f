// SPDX-License-Identifier: Apache-2.0
#include "io/table/cells.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "core/text/ascii.h"
#include "io/text/decimal.h"
#include "io/text/lines.h"

namespace vec2vec {
namespace {

const char* find(const char* from, const char* end, char c) {
  const void* found = std::memchr(from, c, static_cast<std::size_t>(end - from));
  return found ? static_cast<const char*>(found) : end;
}

/// The quote that closes the cell whose text begins here, or end.
const char* closing_quote(const char* at, const char* end) {
  while ((at = find(at, end, '"')) != end) {
    if (at + 1 == end || at[1] != '"') return at;
    at += 2;
  }
  return end;
}

char closing_bracket(char c) { return c == '[' ? ']' : c == '{' ? '}' : c == '(' ? ')' : '\0'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// What databases, pandas, R and spreadsheets write where there is no value.
bool is_missing(std::string_view text) {
  std::string lower(text.substr(0, 12));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* word :
       {"",  "null", "none", "nil",     "na",     "n/a",     "#na",     "#n/a",  "#n/a n/a", "<na>",   "nat",      "\\n",
        "-", "--",   "?",    "missing", "#null!", "#value!", "#div/0!", "#num!", "#ref!",    "#name?", "undefined"})
    if (lower == word) return true;
  return false;
}

bool is_number(std::string_view text) {
  float value = 0;
  return read_number(trimmed(text), false, value);
}

/// Whether a cell that is no number has numbers in it between separators that should part cells.
bool is_mixed(std::string_view text) {
  if (read_list(text, nullptr, 0) > 1) return true;
  const std::size_t first = text.find_first_of(",;|\t"), last = text.find_last_of(",;|\t");
  return first != std::string_view::npos && (is_number(text.substr(0, first)) || is_number(text.substr(last + 1)));
}

}  // namespace

CellReader::CellReader(std::string_view record, const TextDialect& dialect)
    : separator_(dialect.separator), at_(record.data()), end_(record.data() + record.size()) {}

const char* CellReader::end_of_cell(const char* from) const {
  if (separator_ == '\0') return end_;
  if (separator_ != ' ') return find(from, end_, separator_);
  return std::find_if(from, end_, [](char c) { return c == ' ' || c == '\t'; });
}

/// A cell that begins with a quote or bracket, which may hold separators. next: its end. False: it is a cell like any other.
bool CellReader::quoted_or_bracketed(TextCell& cell, const char*& next) const {
  const bool quoted = *at_ == '"';
  const char bracket = closing_bracket(*at_);
  if (!quoted && bracket == '\0') return false;
  const char* close = quoted ? closing_quote(at_ + 1, end_) : find(at_, end_, bracket);
  if (close == end_) return false;
  next = end_of_cell(close + 1);
  cell.quoted = quoted && std::all_of(close + 1, next, is_space);  // more text behind the quote: then it is a part of the text
  cell.text = cell.quoted ? std::string_view(at_ + 1, static_cast<std::size_t>(close - at_ - 1))
                          : std::string_view(at_, static_cast<std::size_t>(next - at_));
  return true;
}

bool CellReader::next(TextCell& cell) {
  if (done_) return false;
  while (at_ < end_ && is_blank(*at_)) ++at_;
  if (at_ == end_ && separator_ == ' ') return false;
  const char* next = at_;
  if (at_ == end_ || !quoted_or_bracketed(cell, next)) {
    next = end_of_cell(at_);
    cell = {{at_, static_cast<std::size_t>(next - at_)}, false};
  }
  if (!cell.quoted)
    while (!cell.text.empty() && is_space(cell.text.back())) cell.text.remove_suffix(1);
  done_ = next == end_;
  at_ = done_ ? end_ : next + 1;
  return true;
}

std::string_view without_return(std::string_view record) {
  if (record.ends_with('\r')) record.remove_suffix(1);
  return record;
}

std::string_view record_at(const MappedFile& file, std::uint64_t begin, const TextDialect& dialect, bool& closed) {
  closed = true;
  const std::string_view line = line_at(file, begin, dialect.line_end);
  if (!dialect.quotes || line.find('"') == std::string_view::npos) return line;
  const char *start = line.data(), *line_end = start + line.size();
  const char* const end = reinterpret_cast<const char*>(file.data()) + file.size();
  const auto blank = [&](char c) { return c == ' ' || (c == '\t' && dialect.separator != '\t'); };
  for (const char* at = start;;) {  // at the beginning of a cell
    while (at < line_end && blank(*at)) ++at;
    if (at < line_end && *at == '"') {
      const char* close = closing_quote(at + 1, end);
      if (close == end) {
        closed = false;
        return line;
      }
      if (close >= line_end) line_end = find(close, end, dialect.line_end);
      at = close + 1;
    }
    at = dialect.separator == '\0' ? line_end : find(at, line_end, dialect.separator);
    if (at == line_end) return {start, static_cast<std::size_t>(line_end - start)};
    ++at;
  }
}

bool read_number(std::string_view cell, bool decimal_comma, float& value) {
  std::string with_point;
  if (decimal_comma) {
    with_point = cell;
    if (with_point.find('.') != std::string::npos) return false;  // 1.234 is a thousand here
    if (const std::size_t comma = with_point.find(','); comma != std::string::npos) with_point[comma] = '.';
    cell = with_point;
  }
  if (cell.starts_with('+')) {
    cell.remove_prefix(1);
    if (cell.starts_with('-')) return false;
  }
  const char* end = cell.data() + cell.size();
  return !cell.empty() && read_decimal(cell.data(), end, value) == end;
}

Index read_list(std::string_view cell, float* out, Index capacity) {
  cell = trimmed(cell);
  if (!cell.empty())
    if (const char close = closing_bracket(cell.front()); close != '\0') {
      if (cell.size() < 2 || cell.back() != close) return -1;
      cell = trimmed(cell.substr(1, cell.size() - 2));
    }
  const char *at = cell.data(), *end = at + cell.size();
  for (Index count = 0;; ++count) {
    if (at < end && *at == '+') ++at;
    float value = 0;
    const char* next = at < end ? read_decimal(at, end, value) : nullptr;
    if (!next) return -1;
    if (count < capacity) out[count] = value;
    at = next;
    while (at < end && is_space(*at)) ++at;
    if (at == end) return count + 1;
    if (*at == ',')
      for (++at; at < end && is_space(*at);) ++at;
    else if (at == next)
      return -1;
  }
}

bool has_thousands(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  text = text.substr(0, text.find('.'));
  if (text.find(',') == std::string_view::npos || text.starts_with('0')) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool comma = (text.size() - i) % 4 == 0;  // before every three digits, counted from the end
    if (comma ? text[i] != ',' || i == 0 : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

bool has_bracket(std::string_view cell) {
  cell = trimmed(cell);
  return !cell.empty() && closing_bracket(cell.front()) != '\0';
}

bool may_be_list(const TextCell& cell, char separator) {
  return cell.quoted || has_bracket(cell.text) || (separator != ' ' && separator != '\0');
}

CellKind kind_of(const TextCell& cell, char separator) {
  float value = 0;
  if (read_number(cell.text, false, value)) return CellKind::kNumber;
  if (is_missing(cell.text)) return CellKind::kMissing;
  if (cell.text.find(',') != std::string_view::npos && cell.text.back() != ',' && read_number(cell.text, true, value))
    return separator == ' ' || separator == '\0' ? CellKind::kMixed : CellKind::kCommaNumber;
  if (has_thousands(cell.text)) return CellKind::kMixed;
  const bool bracket = has_bracket(cell.text);
  if (may_be_list(cell, separator) && read_list(cell.text, nullptr, 0) >= (bracket ? 1 : cell.quoted ? 2 : 3))
    return CellKind::kList;
  if (bracket && cell.text.front() == '[') return CellKind::kBrokenList;
  return !cell.quoted && is_mixed(cell.text) ? CellKind::kMixed : CellKind::kText;
}

}  // namespace vec2vec
