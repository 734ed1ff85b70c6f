#pragma once
#include <cstdio>
#include <functional>
#include <string>

namespace vec2vec {

/// Results kept on disk while they are made, so that an interrupted job goes on where it was. The file is a list of records
/// (length, bytes, checksum): first the identity of the job, then what it appends. A record that was cut short, or whose bytes
/// never reached the disk, is dropped when the file is opened again.
class KeptRecords {
 public:
  using Visit = std::function<bool(const std::string& bytes)>;

  /// Opens path or makes it, and shows visit each record kept; a false drops that record and all behind it. Throws
  /// Error{kBadInput} when the file belongs to a job of another identity or to something else (unless restart: then it is
  /// emptied), or when another process is writing it.
  KeptRecords(const std::string& path, const std::string& identity, bool restart, const Visit& visit);
  ~KeptRecords();
  KeptRecords(const KeptRecords&) = delete;
  KeptRecords& operator=(const KeptRecords&) = delete;

  /// Adds a record and waits until the disk has it.
  void append(const void* data, std::size_t bytes);
  /// Goes to the first record; next() then reads one after the other. Nothing can be appended behind it.
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
