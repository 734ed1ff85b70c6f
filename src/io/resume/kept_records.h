// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <functional>
#include <string>

namespace vec2vec {

/// Results that are kept on disk as they are made, so that an interrupted job continues where it stopped. The file is a list of
/// records (length, bytes, checksum): first the identity of the job, then its results. A record that was cut short, or whose
/// bytes never reached the disk, is dropped when the file is opened again.
///
/// There are two ways to keep what a run goes on from, and no third. Results that stay as they are: this one, which costs a
/// record each, whatever is there already. State that changes as a whole with every step, such as all parameters of a
/// training: checkpoint.h, which replaces its file; appending it would make the file grow without end.
class KeptRecords {
 public:
  using Visit = std::function<bool(const std::string& bytes)>;
  /// What to do when the file belongs to a job of another identity: refuse with an error, or drop what it has made. kRestart
  /// drops what is there in any case.
  enum class OfAnother { kRefuse, kDrop, kRestart };

  /// Opens or creates path and calls visit with each record in it; false drops that record and all that follow. Throws
  /// Error{kBadInput} when the file belongs to another job and is to be refused, when it is none of ours (unless kRestart), or
  /// when another process is writing it.
  KeptRecords(const std::string& path, const std::string& identity, OfAnother of_another, const Visit& visit);
  ~KeptRecords();
  KeptRecords(const KeptRecords&) = delete;
  KeptRecords& operator=(const KeptRecords&) = delete;

  /// Adds a record and waits until the disk has it.
  void append(const void* data, std::size_t bytes);
  /// Goes back to the first record, from where next() reads one after the other. After that nothing can be appended.
  void rewind();
  /// Throws Error{kBadInput} when there is no intact record.
  std::string next();
  /// Deletes the file.
  void remove();

 private:
  bool read(std::string& bytes);
  /// Whether the file is nothing but the beginning of these bytes.
  bool begins_like(const std::string& whole);

  std::string path_;
  std::FILE* file_ = nullptr;
};

}  // namespace vec2vec
