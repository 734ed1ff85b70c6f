// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "io/file/file_row_sink.h"
#include "io/json/source.h"
#include "io/text/decimal.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

class NdjsonSink : public FileRowSink {
 public:
  NdjsonSink(const std::string& path, Index rows, Index dim, const CreateOptions& options)
      : FileRowSink(path, rows, dim, options), carry_(dynamic_cast<const JsonSource*>(options.carry)) {
    if (carry_ && carry_->rows() != rows)
      throw Error(ErrorKind::kInternal, "got other rows than those that its fields are carried over from", path_);
  }

 private:
  void write_rows(MatrixView block, Index first) override {
    if (carry_) {
      carry_->for_each_record(first, block.rows, [&](Index row, std::string_view record, const JsonVector& vector) {
        const auto at = static_cast<std::size_t>(vector.raw.data() - record.data());
        write_row(record.substr(0, at), block.row(row - first), record.substr(at + vector.raw.size()), row);
      });
    } else {
      for (Index i = 0; i < block.rows; ++i)
        write_row("{\"id\":" + std::to_string(first + i) + ",\"embedding\":", block.row(i), "}", first + i);
    }
  }

  void write_row(std::string_view before, const float* row, std::string_view after, Index number) {
    if (!std::all_of(row, row + dim_, [](float x) { return std::isfinite(x); }))
      bad_input("there are NaN or infinite values, which JSON does not have", path_ + ", row " + std::to_string(number));
    line_.assign(before);
    line_ += '[';
    append_decimals(line_, row, dim_, ',');
    line_ += ']';
    line_ += after;
    if (line_.find('\n') != std::string::npos)  // a record of a list may take several lines
      std::replace_if(
          line_.begin(), line_.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    line_ += '\n';
    file_.write(line_);
  }

  const JsonSource* carry_;
  std::string line_;
};

}  // namespace

std::unique_ptr<RowSink> make_ndjson_sink(const std::string& path, Index rows, Index dim, const CreateOptions& options) {
  return std::make_unique<NdjsonSink>(path, rows, dim, options);
}

}  // namespace vec2vec
