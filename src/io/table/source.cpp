// SPDX-License-Identifier: Apache-2.0
#include "io/table/source.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/boundary.h"
#include "io/table/layout.h"
#include "io/text/lines.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kIndexStep = 256;  // a record's offset is kept for every so many rows

class TextSource : public RowSource {
 public:
  TextSource(MappedFile file, const std::string& column) : file_(std::move(file)), layout_(find_text_layout(file_, column)) {
    index();
    if (layout_.promised_rows >= 0 && layout_.promised_rows != rows_)
      bad_input(
          "its first line promises " + std::to_string(layout_.promised_rows) + " rows, " + std::to_string(rows_) + " follow",
          file_.path(), "a whole copy of the file, or another number in its first line");
    Matrix last(1, layout_.dim);  // a file that was cut off is found out before it is worked on
    read(rows_ - 1, last.span());
  }

  Index rows() const override { return rows_; }
  Index dim() const override { return layout_.dim; }
  std::string format() const override { return "text"; }
  std::string dtype() const override { return "decimal"; }
  std::vector<std::string> notes() const override { return layout_.notes; }

  void read(Index first, MatrixSpan out) override try {
    if (first < 0 || out.rows > rows_ - first || out.cols != layout_.dim)
      throw Error(ErrorKind::kInternal, "rows outside the file were asked for", file_.path());
    file_.check_not_truncated();
    if (out.rows == 0) return;
    Index row = first / kIndexStep * kIndexStep;
    std::uint64_t begin = offsets_[static_cast<std::size_t>(first / kIndexStep)];
    while (row < first + out.rows) {
      const std::string_view record = next_record(begin);
      if (is_blank_line(record, layout_.dialect)) continue;
      if (row >= first && !read_row(record, layout_, out.row(row - first))) refuse(record, row);
      ++row;
    }
  } catch (...) {
    rethrow_as_error();
  }

 private:
  /// The record that begins at this byte, which becomes that of the next.
  std::string_view next_record(std::uint64_t& begin) const {
    bool closed = true;
    const std::string_view record = record_at(file_, begin, layout_.dialect, closed);
    if (!closed)
      bad_input("a quote is opened and never closed", file_.path() + ", " + place_of(file_, record.data()),
                "close the quote, or double it within a cell in quotes");
    begin += record.size() + 1;
    return record;
  }

  /// Counts the rows, and keeps where some of them begin.
  void index() {
    const char* blank = nullptr;
    for (std::uint64_t begin = layout_.first_row; begin < file_.size();) {
      const std::uint64_t here = begin;
      const std::string_view record = next_record(begin);
      if (is_blank_line(record, layout_.dialect)) {
        blank = record.data();
        continue;
      }
      if (blank && layout_.dialect.separator == '\0')
        bad_input("there is an empty line among the rows: a missing vector?", file_.path() + ", " + place_of(file_, blank),
                  "leave out rows without a vector; if the line is none, remove it");
      if (layout_.dialect.quotes) check_record(file_, record, layout_);
      if (rows_ % kIndexStep == 0) offsets_.push_back(here);
      ++rows_;
    }
  }

  [[noreturn]] void refuse(std::string_view record, Index row) const {
    const TextFault fault = fault_of(record, layout_);
    bad_input(fault.what, file_.path() + ", row " + std::to_string(row) + " (" + place_of(file_, record.data()) + ")",
              fault.hint);
  }

  MappedFile file_;
  TextLayout layout_;
  Index rows_ = 0;
  std::vector<std::uint64_t> offsets_;
};

}  // namespace

bool looks_like_text(const MappedFile& file) {
  if (is_utf16(file)) return true;
  const std::uint64_t probe = std::min<std::uint64_t>(file.size(), 4096);
  for (std::uint64_t i = 0; i < probe; ++i)
    if (const std::uint8_t c = file.data()[i]; c < 32 && c != '\n' && c != '\r' && c != '\t') return false;
  return true;
}

std::unique_ptr<RowSource> make_text_source(MappedFile file, const std::string& column) {
  return std::make_unique<TextSource>(std::move(file), column);
}

}  // namespace vec2vec
