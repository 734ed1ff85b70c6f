// SPDX-License-Identifier: Apache-2.0
#include "io/json/records.h"

#include <algorithm>
#include <array>

#include "core/text/ascii.h"
#include "io/text/lines.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kIndexStep = 256;  // an offset is kept for every so many records

bool blank(std::string_view text) { return std::all_of(text.begin(), text.end(), is_space); }

/// The first character from `at` on that is no white space, or the end.
std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// Where text begins: behind the byte order mark of UTF-8, if there is one, and white space.
std::size_t begin_of(std::string_view text) { return skip_space(text, size_of_mark(text)); }

constexpr std::array<bool, 256> make_table(std::string_view letters) {
  std::array<bool, 256> table{};
  for (const char c : letters) table[static_cast<unsigned char>(c)] = true;
  return table;
}

/// The first letter of the table from `at` on, or the end.
std::size_t find_in(const std::array<bool, 256>& table, std::string_view text, std::size_t at) {
  while (at < text.size() && !table[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

/// Behind the string that begins at the quote `at`, or past the end when it does not end.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  static constexpr auto kStops = make_table("\"\\");
  for (at = find_in(kStops, text, at + 1); at < text.size() && text[at] == '\\'; at = find_in(kStops, text, at + 2)) continue;
  return at + 1;
}

/// Whether `at` begins a list of numbers that has commas between them and all of its line for itself: text of numpy has spaces.
bool begins_row_of_numbers(std::string_view text, std::size_t at) {
  const std::string_view line = text.substr(at, text.find('\n', at) - at);
  const std::size_t close = line.find(']'), comma = line.find(',');
  if (close == std::string_view::npos || !blank(line.substr(close + 1))) return false;
  const std::size_t first = skip_space(line, 1), end = find_in(make_table(", \t]"), line, first);
  return skip_space(line, end) == std::min(comma, close);
}

bool begins_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == 'N' || c == 'I'; }  // NaN: an error of its own

}  // namespace

std::size_t end_of_json_value(std::string_view text) {
  static constexpr auto kStops = make_table("\"[]{}"), kEnds = make_table(",]} \t\r\n");
  if (text.empty()) return 0;
  if (text[0] == '"') {
    const std::size_t end = end_of_string(text, 0);
    return end > text.size() ? 0 : end;
  }
  if (text[0] != '[' && text[0] != '{') return find_in(kEnds, text, 0);
  std::size_t depth = 0;
  for (std::size_t at = 0; (at = find_in(kStops, text, at)) < text.size();) {
    if (text[at] == '"') {
      at = end_of_string(text, at);
      continue;
    }
    depth = text[at] == '[' || text[at] == '{' ? depth + 1 : depth - 1;
    ++at;
    if (depth == 0) return at;
  }
  return 0;
}

bool looks_like_json(const MappedFile& file) {
  const std::string_view text = file.bytes(), probe = text.substr(0, 4096);
  const std::size_t begin = begin_of(text);
  if (begin >= probe.size() ||
      !std::all_of(probe.begin(), probe.end(), [](char c) { return static_cast<unsigned char>(c) >= 32 || is_space(c); }))
    return false;
  std::size_t at = skip_space(text, begin + 1);
  if (at == text.size()) return false;
  if (text[begin] == '{') return text[at] == '"' || text[at] == '}';
  if (text[begin] != '[') return false;
  if (begins_number(text[at])) return begins_row_of_numbers(text, begin);
  if (text[at] != '[') return text[at] == '{' || text[at] == '"' || text[at] == ']' || text[at] == 'n';
  while (at < text.size() && text[at] == '[') at = skip_space(text, at + 1);
  const std::size_t end = find_in(make_table(", \t\r\n]"), text, at);
  const std::size_t next = skip_space(text, end);
  return next < text.size() && (!begins_number(text[at]) || text[next] == ',' || text[next] == ']');
}

JsonRecords::JsonRecords(const MappedFile& file) : file_(file) {
  const std::string_view text = file_.bytes();
  std::uint64_t at = begin_of(text);
  const std::size_t inner = skip_space(text, at + 1);
  if (text.substr(at).starts_with('[') && inner < text.size() && !begins_number(text[inner])) {
    const std::string_view first_line = line_at(file_, at);
    in_list_ = end_of_json_value(first_line) == 0 || blank(text.substr(at + first_line.size()));
  }
  if (in_list_) at = text[inner] == ']' ? text.size() : inner;
  bool gap = false;  // an empty line
  while (at < text.size()) {
    const std::uint64_t begin = at;
    const std::string_view record = next(at, count_);
    if (record.empty()) {
      gap = true;
      continue;
    }
    // psql writes NULL as an empty line, and a list has nothing that would show that a row is missing.
    if (gap && count_ > 0 && !in_list_ && first_.starts_with('['))
      bad_input("there is an empty line before the row: a missing vector?", where(count_),
                "leave out rows without a vector; if the line is none, remove it");
    if (count_ % kIndexStep == 0) offsets_.push_back(begin);
    if (count_ == 0) first_ = record;
    last_ = record;
    ++count_;
  }
  if (count_ == 0) bad_input("the file holds no rows", file_.path());
}

void JsonRecords::for_each(Index first, Index count, const See& see) const {
  if (first < 0 || count > count_ - first)
    throw Error(ErrorKind::kInternal, "rows outside the file were asked for", file_.path());
  file_.check_not_truncated();
  if (count == 0) return;
  std::uint64_t at = offsets_[static_cast<std::size_t>(first / kIndexStep)];
  for (Index number = first / kIndexStep * kIndexStep; number < first + count;) {
    const std::string_view record = next(at, number);
    if (record.empty()) continue;
    if (number >= first) see(number, record);
    ++number;
  }
}

std::string JsonRecords::where(Index number) const { return file_.path() + ", row " + std::to_string(number); }

/// The record at `at`, empty for a blank line; `at` goes to the next one, or to the end of the file.
std::string_view JsonRecords::next(std::uint64_t& at, Index number) const {
  if (in_list_) return element(at, number);
  const std::string_view record = line_at(file_, at);
  at += record.size() + 1;
  return blank(record) ? std::string_view() : record;
}

std::string_view JsonRecords::element(std::uint64_t& at, Index number) const {
  const std::string_view text = file_.bytes();
  const auto damaged = [&](const char* what) {
    bad_input(what, where(number), "copy or export it again; `jq . FILE` checks it");
  };
  const std::size_t size = end_of_json_value(text.substr(at));
  if (size == 0) damaged("the JSON list is damaged or cut short");
  const std::string_view record = text.substr(at, size);
  at = skip_space(text, at + size);
  if (at < text.size() && text[at] == ']') {
    if (!blank(text.substr(at + 1))) damaged("something stands behind the JSON list");
    at = text.size();
    return record;
  }
  if (at == text.size() || text[at] != ',' || (at = skip_space(text, at + 1)) == text.size())
    damaged("the JSON list is damaged or cut short");
  return record;
}

}  // namespace vec2vec
