#pragma once
#include <cstdio>
#include <string>
#include <string_view>

namespace vec2vec {

/// A file that appears under its name only in commit(): written beside it under a temporary name, synced, then renamed.
/// Destroyed without commit it leaves nothing behind.
class AtomicFile {
 public:
  /// Throws Error{kBadInput} when path exists and overwrite is false, or its folder cannot be written.
  AtomicFile(std::string path, bool overwrite);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  [[noreturn]] void fail(const char* what);

  std::string path_, temporary_;
  bool overwrite_;
  std::size_t unsent_ = 0;  ///< bytes since the disk was last set to work
  std::FILE* file_ = nullptr;
};

}  // namespace vec2vec
