// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/json/record.h"
#include "io/json/records.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// Vectors in JSON: NDJSON (JSON Lines), a record a line, or one list of records. A record is an object with the vector in one
/// of its fields, however deep, or the vector itself. A vector is a list of numbers, or a string with such a list or with
/// float32 in base64.
class JsonSource : public RowSource {
 public:
  /// field: path to the vector, as in OpenOptions. Throws Error{kBadInput} when the first or the last record has no vector
  /// there.
  JsonSource(MappedFile file, std::string field);

  Index rows() const override { return records_.count(); }
  Index dim() const override { return dim_; }
  std::string format() const override { return records_.in_list() ? "json" : "ndjson"; }
  std::string dtype() const override { return dtype_; }
  /// Throws Error{kBadInput} with the number of the first row that is no valid JSON, lacks the field, or has in it anything but
  /// dim numbers.
  void read(Index first, MatrixSpan out) override;

  /// Calls see(i, record, vector) for rows first .. first + count - 1 in turn: the record as it is in the file, and its vector,
  /// which is checked when it is read.
  using See = std::function<void(Index row, std::string_view record, const JsonVector& vector)>;
  void for_each_record(Index first, Index count, const See& see) const;

 private:
  void choose_field(JsonRecordParser& parser);
  JsonVector vector_of(std::string_view record, Index row, JsonRecordParser& parser) const;
  std::string in_field() const;

  MappedFile file_;
  JsonRecords records_;
  std::string field_, dtype_ = "decimal";
  Index dim_ = 0;
  Index beside_ = -1;  ///< JsonVector::beside of every row, when the field was found and not named
};

/// NDJSON objects with the rows as their vectors. Of options.carry, where that is JSON, come the records with all their other
/// fields, byte for byte but for line breaks; else the row's number as `id`.
std::unique_ptr<RowSink> make_ndjson_sink(const std::string& path, Index rows, Index dim, const CreateOptions& options);

}  // namespace vec2vec
