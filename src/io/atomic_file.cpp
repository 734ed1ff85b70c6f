#include "io/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "vec2vec/error.h"

namespace vec2vec {
namespace fs = std::filesystem;

AtomicFile::AtomicFile(std::string path, bool overwrite) : path_(std::move(path)), overwrite_(overwrite) {
  std::error_code ignored;
  const fs::file_status there = fs::status(path_, ignored);
  if (!overwrite && fs::exists(there))
    bad_input("the output file exists already", path_, "another name, or `CreateOptions::overwrite = true`");
  if (fs::exists(there) && !fs::is_regular_file(there))  // renaming would replace the device or folder by a file
    bad_input("the output is not a regular file", path_, "name a file; devices such as /dev/null are not written to");
  const fs::path full(path_);
  temporary_ = (full.parent_path() / ("." + full.filename().string() + "." + std::to_string(::getpid()) + ".tmp")).string();
  file_ = std::fopen(temporary_.c_str(), "wbe");
  if (!file_)
    bad_input(std::string("cannot write here: ") + std::strerror(errno), path_,
              "check that the folder exists and may be written");
}

AtomicFile::~AtomicFile() {
  if (file_) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* what) {
  const int error = errno;
  bad_input(std::string(what) + ": " + std::strerror(error), path_,
            error == ENOSPC ? "free some space on this disk; nothing was left behind" : "nothing was left behind");
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  constexpr std::size_t kChunk = std::size_t{32} << 20;
  if (std::fwrite(data, 1, bytes, file_) != bytes) fail("cannot write");
  unsent_ += bytes;
  if (unsent_ < kChunk) return;
  unsent_ = 0;
  ::sync_file_range(::fileno(file_), 0, 0, SYNC_FILE_RANGE_WRITE);  // the disk works while we do: a short fsync at the end
}

void AtomicFile::commit() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) fail("cannot write");
  if (std::fclose(std::exchange(file_, nullptr)) != 0) fail("cannot write");
  if (overwrite_) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot rename the finished file");
  } else {
    // link refuses to replace a file that appeared meanwhile; some file systems lack it
    if (::link(temporary_.c_str(), path_.c_str()) == 0)
      ::unlink(temporary_.c_str());
    else if (errno == EEXIST || ::rename(temporary_.c_str(), path_.c_str()) != 0)
      fail("cannot rename the finished file");
  }
  temporary_.clear();
  const std::string folder = fs::path(path_).parent_path().string();
  if (const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
    ::fsync(fd);
    ::close(fd);
  }
}

}  // namespace vec2vec
