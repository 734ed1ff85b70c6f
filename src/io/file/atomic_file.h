// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "io/file/sha256.h"

namespace vec2vec {

/// Throws Error{kBadInput} when there is something at path. For work that should not begin in vain: AtomicFile checks again.
void refuse_existing(const std::string& path);

/// A file that appears under its name only in commit(): written beside it under a temporary name that nobody can foresee or
/// share, synced, then renamed. Without commit(), the destructor leaves nothing behind. Two writers of the same name do not
/// interfere: the last to commit wins if both may overwrite, otherwise the first. A replaced file passes on its permissions.
class AtomicFile {
 public:
  /// Makes the text of path + ".provenance.json" from the SHA-256 of the file. commit() deletes the old one, then
  /// publishes the file, then its provenance: a crash in between leaves the file without one, never with that of another file.
  using Provenance = std::function<std::string(const std::string& sha256)>;

  /// Throws Error when path exists and overwrite is false, or its folder cannot be written.
  AtomicFile(std::string path, bool overwrite, Provenance provenance = {});
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  [[noreturn]] void fail(const char* what, int error);
  void require(bool done, const char* what);
  void make_temporary();
  void finish();
  void publish();
  void sync_folder();

  std::string path_, temporary_;
  bool overwrite_;
  Provenance provenance_;
  std::unique_ptr<Sha256> hash_;  ///< of what was written, when there will be a provenance
  std::size_t unsent_ = 0;        ///< bytes since the disk was last set to work
  std::FILE* file_ = nullptr;
};

/// Writes a whole file at once.
void write_file(const std::string& path, std::string_view bytes, bool overwrite);

/// For tests: called with the name of each step on the disk before it is done ("open", "write", "sync", "rename", "unlink"),
/// here and in KeptRecords. Other than 0 it returns the errno that the step fails with; it may also end the process.
using FileStepHook = int (*)(const char* step);
void set_file_step_hook(FileStepHook hook);

/// Whether the hook lets a step be done; if not, errno says why.
bool file_step(const char* step);

}  // namespace vec2vec
