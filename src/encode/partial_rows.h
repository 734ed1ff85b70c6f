// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "io/resume/kept_records.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Blocks of float32 rows kept on disk while they are made; see KeptRecords.
class PartialRows {
 public:
  PartialRows(const std::string& path, const std::string& identity, Index dim, bool restart);

  /// Rows that are safely on disk.
  Index rows() const { return rows_; }
  /// Adds a block (any number of rows, dim columns) and waits until the disk has it.
  void append(MatrixView block);
  /// Calls visit with each block, in their order. After that nothing can be appended.
  void each(const std::function<void(MatrixView block)>& visit);
  /// Deletes the file.
  void remove() { records_.remove(); }

 private:
  Index dim_, rows_ = 0;
  KeptRecords records_;
};

}  // namespace vec2vec
