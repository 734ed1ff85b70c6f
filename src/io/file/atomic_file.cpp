// SPDX-License-Identifier: Apache-2.0
#include "io/file/atomic_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "core/boundary.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace fs = std::filesystem;

namespace {

std::atomic<FileStepHook> step_hook = nullptr;

/// A name in the same folder; 64 random bits.
std::string temporary_name(const std::string& path) {
  constexpr std::size_t kMostOfName = 200;  // of the 255 bytes that a name may have
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits))
    system_failure("a random name cannot be drawn", path, errno);
  std::string digits;
  for (int i = 0; i < 16; ++i, bits >>= 4) digits += "0123456789abcdef"[bits & 15];
  const fs::path full(path);
  return (full.parent_path() / ("." + full.filename().string().substr(0, kMostOfName) + "." + digits + ".tmp")).string();
}

std::string provenance_path(const std::string& path) { return path + ".provenance.json"; }

}  // namespace

void set_file_step_hook(FileStepHook hook) { step_hook = hook; }

bool file_step(const char* step) {
  const FileStepHook hook = step_hook;
  if (!hook) return true;
  const int error = hook(step);
  if (error != 0) errno = error;
  return error == 0;
}

void refuse_existing(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) bad_input("exists already", path, "another name, or `CreateOptions::overwrite = true`");
}

AtomicFile::AtomicFile(std::string path, bool overwrite, Provenance provenance)
    : path_(std::move(path)), overwrite_(overwrite), provenance_(std::move(provenance)) {
  std::error_code ignored;
  const fs::file_status there = fs::status(path_, ignored);
  if (!overwrite) refuse_existing(path_);
  if (fs::exists(there) && !fs::is_regular_file(there))  // renaming would replace the device or folder by a file
    bad_input("the output is not a regular file", path_, "name a file; devices such as /dev/null are not written to");
  if (provenance_) hash_ = std::make_unique<Sha256>();
  make_temporary();
}

AtomicFile::~AtomicFile() {
  if (file_) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::make_temporary() {
  int fd = -1;
  for (int attempt = 0; fd < 0; ++attempt) {
    const std::string name = temporary_name(path_);
    if (file_step("open")) fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd >= 0) {
      temporary_ = name;
    } else if (errno != EEXIST || attempt == 100) {
      system_failure("cannot be written to", path_, errno);
    }
  }
  struct stat old {};
  if (overwrite_ && ::stat(path_.c_str(), &old) == 0 && ::fchmod(fd, old.st_mode & 0777) != 0)
    ::fchmod(fd, 0600);  // a file of another owner, perhaps: too few rights rather than too many
  file_ = ::fdopen(fd, "wb");
  if (!file_) {
    const int error = errno;
    ::close(fd);
    ::unlink(std::exchange(temporary_, {}).c_str());  // no destructor runs after a constructor that throws
    system_failure("cannot be written to", path_, error);
  }
}

void AtomicFile::fail(const char* what, int error) {
  try {
    system_failure(what, path_, error);
  } catch (const Error& e) {
    throw Error(e.kind(), e.message(), e.where(), (e.hint().empty() ? "" : e.hint() + "; ") + "nothing was left behind");
  }
}

void AtomicFile::require(bool done, const char* what) {
  if (!done) fail(what, errno);
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  constexpr std::size_t kChunk = std::size_t{32} << 20;
  require(file_step("write") && std::fwrite(data, 1, bytes, file_) == bytes, "cannot be written");
  if (hash_) hash_->add(data, bytes);
  unsent_ += bytes;
  if (unsent_ < kChunk) return;
  unsent_ = 0;
  ::sync_file_range(::fileno(file_), 0, 0, SYNC_FILE_RANGE_WRITE);  // the disk works while we do: a short fsync at the end
}

void AtomicFile::commit() {
  finish();
  if (!provenance_) return publish();
  AtomicFile provenance(provenance_path(path_), true);
  provenance.write(provenance_(hash_->hex()));
  provenance.finish();
  // An old one belongs to the file that is about to be replaced, or to none. One that describes a file which must not be
  // replaced stays: publish() refuses.
  if ((overwrite_ || ::access(path_.c_str(), F_OK) != 0) && ::access(provenance.path_.c_str(), F_OK) == 0) {
    require(file_step("unlink") && (::unlink(provenance.path_.c_str()) == 0 || errno == ENOENT),
            "the old provenance cannot be deleted");
    sync_folder();
  }
  publish();
  provenance.publish();
}

void AtomicFile::finish() {
  require(std::fflush(file_) == 0 && file_step("sync") && ::fsync(::fileno(file_)) == 0, "cannot be written");
  require(std::fclose(std::exchange(file_, nullptr)) == 0, "cannot be written");
}

void AtomicFile::publish() {
  constexpr char kRenaming[] = "the finished file cannot be renamed";
  require(file_step("rename"), kRenaming);
  if (overwrite_) {
    require(::rename(temporary_.c_str(), path_.c_str()) == 0, kRenaming);
  } else if (::link(temporary_.c_str(), path_.c_str()) == 0) {  // refuses to replace a file that appeared meanwhile
    ::unlink(temporary_.c_str());
  } else {
    require(errno != EEXIST && ::rename(temporary_.c_str(), path_.c_str()) == 0, kRenaming);  // some file systems have no links
  }
  temporary_.clear();
  sync_folder();
}

void AtomicFile::sync_folder() {
  const std::string folder = fs::path(path_).parent_path().string();
  if (const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
    ::fsync(fd);
    ::close(fd);
  }
}

void write_file(const std::string& path, std::string_view bytes, bool overwrite) {
  AtomicFile file(path, overwrite);
  file.write(bytes);
  file.commit();
}

}  // namespace vec2vec
