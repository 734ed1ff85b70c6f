// SPDX-License-Identifier: Apache-2.0
#include "io/text/text_file.h"

#include "io/text/lines.h"
#include "io/text/utf8.h"
#include "vec2vec/error.h"
#include "vec2vec/texts.h"

namespace vec2vec {
namespace {

constexpr Index kIndexStep = 256;

/// The k-th tab-separated column (from 1) of a line without its newline, or the line for k = 0. False: there are fewer columns.
bool column_of(std::string_view line, Index k, std::string_view& text) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (; k > 1; --k) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return false;
    line.remove_prefix(tab + 1);
  }
  text = k == 0 ? line : line.substr(0, line.find('\t'));
  return true;
}

}  // namespace

TextFile::TextFile(const std::string& path, Index column) : file_(path), column_(column), line_end_(end_of_lines(file_)) {
  for (std::uint64_t begin = begin_of_text(file_); begin < file_.size(); ++rows_) {
    if (rows_ % kIndexStep == 0) offsets_.push_back(begin);
    const std::string_view line = line_at(file_, begin, line_end_);
    begin += line.size() + 1;
    std::string_view text;
    const auto where = [&] { return path + ", line " + std::to_string(rows_ + 1); };
    if (!column_of(line, column_, text))
      bad_input("has fewer than " + std::to_string(column_) + " tab-separated columns", where(),
                "another column, or repair the line");
    if (!valid_utf8(text))
      bad_input("is not UTF-8", where(),
                "convert the file, say from Latin-1: iconv -f latin1 -t utf-8; or drop bad bytes: iconv -c -t utf-8");
    empty_rows_ += text.empty();
  }
  if (rows_ == 0) bad_input("the file holds no text", path);
}

std::vector<std::string_view> TextFile::read(Index first, Index count) const {
  if (first < 0 || count < 0 || count > rows_ - first)
    throw Error(ErrorKind::kInternal, "lines outside the file were asked for", file_.path());
  file_.check_not_truncated();
  std::vector<std::string_view> texts;
  if (count == 0) return texts;
  texts.reserve(static_cast<std::size_t>(count));
  std::uint64_t begin = offsets_[static_cast<std::size_t>(first / kIndexStep)];
  for (Index row = first / kIndexStep * kIndexStep; row < first + count; ++row) {
    const std::string_view line = line_at(file_, begin, line_end_);
    begin += line.size() + 1;
    if (row < first) continue;
    std::string_view text;
    column_of(line, column_, text);
    texts.push_back(text);
  }
  return texts;
}

std::vector<std::string> read_texts(const std::string& path) {
  const TextFile file(path, 0);
  const std::vector<std::string_view> texts = file.read(0, file.rows());
  return {texts.begin(), texts.end()};
}

}  // namespace vec2vec
