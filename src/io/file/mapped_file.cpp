// SPDX-License-Identifier: Apache-2.0
#include "io/file/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/boundary.h"
#include "vec2vec/error.h"

namespace vec2vec {

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const auto refuse_stream = [&] {
    bad_input("is a pipe or a device, which is not read: files are read in several passes", path,
              "write it to a file first: COMMAND > rows.npy");
  };
  if (path == "-") refuse_stream();
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a named pipe without a writer would wait for one
  if (fd_ < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) system_failure("cannot be opened", path, errno);
    bad_input(std::string("cannot be opened: ") + std::strerror(errno), path, "check the path and its permissions");
  }
  struct stat status {};
  const bool regular = ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular || status.st_size == 0) {
    ::close(fd_);
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) || S_ISSOCK(status.st_mode)) refuse_stream();
    bad_input(regular ? "is empty" : "is not a regular file", path, "give a file of vectors, see docs/file-format.md");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  void* mapping = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_, 0);
  if (mapping == MAP_FAILED) {
    const int error = errno;
    ::close(fd_);
    system_failure("cannot be mapped into memory", path, error);
  }
  data_ = static_cast<const std::uint8_t*>(mapping);
}

MappedFile MappedFile::of_memory(std::string_view bytes, std::string name) {
  if (bytes.empty()) bad_input("has no bytes", name);
  MappedFile file;
  file.path_ = std::move(name);
  file.data_ = reinterpret_cast<const std::uint8_t*>(bytes.data());
  file.size_ = bytes.size();
  return file;
}

MappedFile MappedFile::of_bytes(std::vector<std::uint8_t> bytes, std::string name) {
  MappedFile file = of_memory({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, std::move(name));
  file.owned_ = std::move(bytes);  // which stays where it is
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      owned_(std::move(other.owned_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(other.size_) {}

MappedFile::~MappedFile() {
  if (fd_ < 0) return;
  ::munmap(const_cast<std::uint8_t*>(data_), size_);
  ::close(fd_);
}

std::uint32_t MappedFile::word_at(std::uint64_t offset) const {
  std::uint32_t word = 0;
  if (size_ >= sizeof word && offset <= size_ - sizeof word) std::memcpy(&word, data_ + offset, sizeof word);
  return word;
}

void MappedFile::check_not_truncated() const {
  if (fd_ < 0) return;
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || static_cast<std::uint64_t>(status.st_size) < size_)
    bad_input("the file became shorter while it was read", path_, "wait until its writer is done");
}

}  // namespace vec2vec
