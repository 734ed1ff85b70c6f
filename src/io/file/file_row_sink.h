// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/boundary.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// Rows that go to one file, of the number and dimension that it was made for. What a row looks like is said by write_rows.
class FileRowSink : public RowSink {
 public:
  void write(MatrixView block) final try {
    if (block.cols != dim_ || block.rows > rows_ - written_)
      throw Error(ErrorKind::kInternal, "got more rows or columns than it was made for", path_);
    write_rows(block, written_);
    written_ += block.rows;
  } catch (...) {
    rethrow_as_error();
  }

  void commit() final try {
    if (written_ != rows_) throw Error(ErrorKind::kInternal, "got fewer rows than it was made for", path_);
    file_.commit();
  } catch (...) {
    rethrow_as_error();
  }

 protected:
  FileRowSink(const std::string& path, Index rows, Index dim, const CreateOptions& options)
      : path_(path), rows_(rows), dim_(dim), file_(path, options.overwrite, options.provenance) {}

  /// first: the number of the block's first row.
  virtual void write_rows(MatrixView block, Index first) = 0;

  const std::string path_;
  const Index rows_, dim_;
  AtomicFile file_;

 private:
  Index written_ = 0;
};

}  // namespace vec2vec
