// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vec2vec {

/// A whole file mapped read-only. Throws Error{kBadInput} when it cannot be opened or is empty.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  /// Bytes in memory that outlive this, under a name for errors.
  static MappedFile of_memory(std::string_view bytes, std::string name);
  /// Bytes that this owns, likewise.
  static MappedFile of_bytes(std::vector<std::uint8_t> bytes, std::string name);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile& operator=(MappedFile&&) = delete;

  const std::uint8_t* data() const { return data_; }
  std::uint64_t size() const { return size_; }
  std::string_view bytes() const { return {reinterpret_cast<const char*>(data_), static_cast<std::size_t>(size_)}; }
  /// The uint32 at this byte; 0 where the file has not so many.
  std::uint32_t word_at(std::uint64_t offset) const;
  const std::string& path() const { return path_; }
  /// Throws Error{kBadInput} if the file on disk became shorter than it was when opened (reading it would then crash).
  void check_not_truncated() const;

 private:
  MappedFile() = default;

  std::string path_;
  int fd_ = -1;                      ///< -1: not a file, but memory
  std::vector<std::uint8_t> owned_;  ///< the memory, unless it is another's
  const std::uint8_t* data_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace vec2vec
