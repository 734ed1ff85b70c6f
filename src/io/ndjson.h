#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/mapped_file.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// True when the file begins with `{` and its beginning is text.
bool looks_like_ndjson(const MappedFile& file);

/// NDJSON (JSON Lines): a JSON object a line, with the row's vector in one of its fields. Blank lines are no rows.
class NdjsonSource : public RowSource {
 public:
  /// field: where the vector is; empty = `embedding`, else `vector`, else the only list of numbers of the first line.
  /// Throws Error{kBadInput} when the first or the last line is no object with a vector.
  NdjsonSource(MappedFile file, std::string field);

  Index rows() const override { return rows_; }
  Index dim() const override { return dim_; }
  std::string format() const override { return "ndjson"; }
  std::string dtype() const override { return "decimal"; }
  /// Throws Error{kBadInput} with the number of the first row that is no JSON object, lacks the field, or has in it anything
  /// but dim numbers.
  void read(Index first, MatrixSpan out) override;

  const std::string& field() const { return field_; }

  /// Calls see(i, line, vector) for rows first .. first + count - 1 in turn: the line as it is in the file, and the part of it
  /// that is the vector, brackets included.
  using See = std::function<void(Index row, std::string_view line, std::string_view vector)>;
  void for_each_record(Index first, Index count, const See& see) const;

 private:
  MappedFile file_;
  std::string field_;
  Index rows_ = 0, dim_ = 0;
  std::vector<std::uint64_t> offsets_;  ///< of the lines of every kIndexStep-th row
};

/// Objects with the rows as their vectors. The other fields are those of options.carry where that is NDJSON too, byte for byte;
/// else the row's number as `id`.
std::unique_ptr<RowSink> make_ndjson_sink(const std::string& path, Index rows, Index dim, const CreateOptions& options);

}  // namespace vec2vec
