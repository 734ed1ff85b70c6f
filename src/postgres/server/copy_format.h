// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/rows.h"

namespace vec2vec::postgres {

/// Reads the binary COPY format (PostgreSQL documentation, "COPY", Binary Format). Fields stay bytes: keys of any type pass
/// through. Throws Error{kInternal} on bytes that are not it.
class CopyReader {
 public:
  explicit CopyReader(std::string_view bytes);

  /// The fields of the next row, NULL as nullopt, valid as long as the bytes; false at the end. Needs `columns` of them.
  bool next(std::size_t columns, std::vector<std::optional<std::string_view>>& fields);

 private:
  std::string_view take(std::size_t count);
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// Writes it.
class CopyWriter {
 public:
  /// Writes into the memory of `reused`.
  explicit CopyWriter(std::string reused = {});
  void begin_row(int columns);
  void field(std::string_view bytes);
  /// A vector or halfvec of dim values.
  void vector_field(const float* values, Index dim, ValueType type);
  /// The bytes with their end mark; the writer is empty afterwards.
  std::string finish();

 private:
  std::string bytes_;
};

/// Dimension of a vector or halfvec as pgvector sends it: dim, a zero, then the values, all big-endian.
Index vector_dim(std::string_view field);
/// Its values, (dim).
void read_vector(std::string_view field, ValueType type, float* values);

}  // namespace vec2vec::postgres
