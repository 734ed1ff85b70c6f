#pragma once
#include <cstdio>
#include <string>

#include "vec2vec/matrix.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// Rows kept on disk while they are made, so that an interrupted job goes on where it was. The file is a list of records
/// (length, bytes, checksum): first the identity of the job, then blocks of float32 rows. A record that was cut short, or whose
/// bytes never reached the disk, is dropped when the file is opened again.
class PartialRows {
 public:
  /// Opens path or makes it. Throws Error{kBadInput} when it belongs to a job of another identity (unless restart: then it is
  /// emptied), or when another process is writing it.
  PartialRows(const std::string& path, const std::string& identity, Index dim, bool restart);
  ~PartialRows();
  PartialRows(const PartialRows&) = delete;
  PartialRows& operator=(const PartialRows&) = delete;

  /// Rows that are safely on disk.
  Index rows() const { return rows_; }
  /// Adds a block (any number of rows, dim columns) and waits until the disk has it.
  void append(MatrixView block);
  /// Writes all rows to the sink, which is not committed.
  void copy_to(RowSink& sink);
  /// Deletes the file.
  void remove();

 private:
  bool read_record(std::string& bytes);
  void write_record(const void* data, std::size_t bytes);
  void recover(const std::string& identity, bool restart);

  std::string path_;
  Index dim_, rows_ = 0;
  std::FILE* file_ = nullptr;
};

}  // namespace vec2vec
