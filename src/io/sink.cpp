// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/boundary.h"
#include "io/binary/half.h"
#include "io/binary/npy.h"
#include "io/binary/safetensors.h"
#include "io/file/file_row_sink.h"
#include "io/json/source.h"
#include "io/text/decimal.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

class FileSink : public FileRowSink {
 public:
  FileSink(const std::string& path, Index rows, Index dim, const CreateOptions& options)
      : FileRowSink(path, rows, dim, options), options_(options) {
    const bool half = options.type == ValueType::kFloat16;
    if (options.format == FileFormat::kNpy) file_.write(make_npy_header(half ? "<f2" : "<f4", {rows, dim}));
    if (options.format == FileFormat::kSafetensors)
      file_.write(make_safetensors_header(
          {{"vectors", half ? "F16" : "F32", {rows, dim}, static_cast<std::uint64_t>(rows * dim) * (half ? 2 : 4)}}, {}));
    if (options.format == FileFormat::kCsv || options.format == FileFormat::kTsv) file_.write(column_names());
  }

 private:
  void write_rows(MatrixView block, Index /*first*/) override {
    for (Index i = 0; i < block.rows; ++i) write_row(block.row(i));
  }

  void write_row(const float* row) {
    const auto dim = static_cast<std::size_t>(dim_);
    switch (options_.format) {
      case FileFormat::kFvecs: {
        const auto count = static_cast<std::int32_t>(dim_);
        file_.write(&count, sizeof count);
        file_.write(row, dim * sizeof(float));
        return;
      }
      case FileFormat::kCsv:
      case FileFormat::kTsv:
        write_text(row);
        return;
      default:
        break;
    }
    if (options_.type == ValueType::kFloat16 && options_.format != FileFormat::kRaw) {
      halves_.resize(dim);
      for (std::size_t j = 0; j < dim; ++j) halves_[j] = float_to_half(row[j]);
      file_.write(halves_.data(), dim * sizeof(std::uint16_t));
    } else {
      file_.write(row, dim * sizeof(float));
    }
  }

  char separator() const { return options_.format == FileFormat::kCsv ? ',' : '\t'; }

  /// The header of a table, without which pandas and others take its first row for one.
  std::string column_names() const {
    std::string line;
    for (Index j = 0; j < dim_; ++j) {
      if (j > 0) line += separator();
      line += options_.columns.empty() ? "e" + std::to_string(j) : options_.columns[static_cast<std::size_t>(j)];
    }
    return line + "\n";
  }

  void write_text(const float* row) {
    line_.clear();
    append_decimals(line_, row, dim_, separator());
    line_ += '\n';
    file_.write(line_);
  }

  CreateOptions options_;
  std::vector<std::uint16_t> halves_;
  std::string line_;
};

}  // namespace

FileFormat format_of_name(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".npy") return FileFormat::kNpy;
  if (ending == ".safetensors") return FileFormat::kSafetensors;
  if (ending == ".fvecs") return FileFormat::kFvecs;
  if (ending == ".csv") return FileFormat::kCsv;
  if (ending == ".tsv") return FileFormat::kTsv;
  if (ending == ".ndjson" || ending == ".jsonl") return FileFormat::kNdjson;
  if (ending == ".bin" || ending == ".raw" || ending == ".f32") return FileFormat::kRaw;
  bad_input("has a name that does not tell the format", path,
            "end it in .npy, .safetensors, .fvecs, .csv, .tsv, .ndjson or .f32: vector files become vector files");
}

FileFormat format_of_name(const std::string& path, const std::string& source, const OpenOptions& options) try {
  return format_of_name(path);
} catch (const Error&) {
  open_rows(source, options);
  throw;
}

std::unique_ptr<RowSink> create_rows(const std::string& path, Index rows, Index dim, const CreateOptions& options) try {
  if (rows <= 0 || dim <= 0) bad_input("would have no rows or no columns", path);
  if (!options.columns.empty() && static_cast<Index>(options.columns.size()) != dim)
    throw Error(ErrorKind::kInternal, "has names for another number of columns", path);
  if (options.format == FileFormat::kNdjson) return make_ndjson_sink(path, rows, dim, options);
  return std::make_unique<FileSink>(path, rows, dim, options);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
