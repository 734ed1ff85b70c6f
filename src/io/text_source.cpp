#include "io/text_source.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "io/decimal.h"
#include "io/lines.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kIndexStep = 256;  // a line's offset is kept for every so many rows

bool is_separator(char c) { return c == ',' || c == ';' || c == '\t' || c == ' ' || c == '\r'; }

/// Parses the numbers of a line into out (up to capacity of them); returns how many there are, or -1 when one is no number.
Index parse_line(std::string_view line, float* out, Index capacity) {
  Index count = 0;
  const char *at = line.data(), *end = at + line.size();
  while (true) {
    while (at < end && is_separator(*at)) ++at;
    if (at == end) return count;
    if (*at == '+') ++at;
    float value = 0;
    const char* next = read_decimal(at, end, value);
    if (!next || (next < end && !is_separator(*next))) return -1;
    if (count < capacity) out[count] = value;
    ++count;
    at = next;
  }
}

bool blank(std::string_view line) { return std::all_of(line.begin(), line.end(), is_separator); }

/// Offset of the first line of numbers (0 or behind one header line), or the file's size when there is none.
std::uint64_t first_row(const MappedFile& file) {
  std::uint64_t begin = 0;
  for (int attempt = 0; attempt < 2 && begin < file.size(); ++attempt) {
    const std::string_view line = line_at(file, begin);
    if (parse_line(line, nullptr, 0) > 0) return begin;
    begin += line.size() + 1;
  }
  return file.size();
}

class TextSource : public RowSource {
 public:
  explicit TextSource(MappedFile file) : file_(std::move(file)) {
    std::uint64_t begin = first_row(file_);
    if (begin < file_.size()) dim_ = parse_line(line_at(file_, begin), nullptr, 0);
    for (; begin < file_.size();) {
      const std::string_view line = line_at(file_, begin);
      if (!blank(line)) {
        if (rows_ % kIndexStep == 0) offsets_.push_back(begin);
        ++rows_;
      }
      begin += line.size() + 1;
    }
    if (rows_ == 0) bad_input("the file holds no rows of numbers", file_.path());
  }

  Index rows() const override { return rows_; }
  Index dim() const override { return dim_; }
  std::string format() const override { return "text"; }
  std::string dtype() const override { return "decimal"; }

  void read(Index first, MatrixSpan out) override {
    if (first < 0 || out.rows > rows_ - first || out.cols != dim_)
      throw Error(ErrorKind::kInternal, "rows outside the file were asked for", file_.path());
    file_.check_not_truncated();
    if (out.rows == 0) return;
    Index row = first / kIndexStep * kIndexStep;
    std::uint64_t begin = offsets_[static_cast<std::size_t>(first / kIndexStep)];
    while (row < first + out.rows) {
      const std::string_view line = line_at(file_, begin);
      begin += line.size() + 1;
      if (blank(line)) continue;
      if (row >= first) {
        const Index found = parse_line(line, out.row(row - first), dim_);
        const std::string where = file_.path() + ", row " + std::to_string(row);
        if (found < 0)
          bad_input("something that is no number", where, "remove text columns; row 0 is the first row of numbers");
        if (found != dim_)
          bad_input(std::to_string(found) + " numbers instead of " + std::to_string(dim_), where,
                    "every row needs the same number of columns");
      }
      ++row;
    }
  }

 private:
  MappedFile file_;
  Index rows_ = 0, dim_ = 0;
  std::vector<std::uint64_t> offsets_;
};

}  // namespace

bool looks_like_text(const MappedFile& file) {
  const std::uint64_t probe = std::min<std::uint64_t>(file.size(), 4096);
  for (std::uint64_t i = 0; i < probe; ++i)
    if (const std::uint8_t c = file.data()[i]; c < 32 && c != '\n' && c != '\r' && c != '\t') return false;
  return first_row(file) < file.size();
}

std::unique_ptr<RowSource> make_text_source(MappedFile file) { return std::make_unique<TextSource>(std::move(file)); }

}  // namespace vec2vec
