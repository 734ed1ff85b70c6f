// SPDX-License-Identifier: Apache-2.0
#include "io/resume/kept_records.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/boundary.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// FNV-1a over 64-bit words (the last one filled with zeros).
std::uint64_t checksum(const void* data, std::size_t bytes) {
  std::uint64_t hash = 0xCBF29CE484222325u ^ bytes;
  const char* at = static_cast<const char*>(data);
  for (std::size_t i = 0; i < bytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, std::min<std::size_t>(8, bytes - i));
    hash = (hash ^ word) * 0x100000001B3u;
    hash ^= hash >> 29;
  }
  return hash;
}

/// Opens path, or makes it, for this process alone.
int open_locked(const std::string& path) {
  while (true) {
    const int fd = file_step("open") ? ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666) : -1;
    if (fd < 0) system_failure("cannot be written to", path, errno);
    struct stat opened {
    }, named{};
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd);
      bad_input("is being written by another process", path, "wait for it, or choose another output");
    }
    // The process before us may have deleted it between the two calls.
    if (::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino) return fd;
    ::close(fd);
  }
}

std::string record(const void* data, std::size_t bytes) {
  const std::uint64_t length = bytes, sum = checksum(data, bytes);
  std::string text(reinterpret_cast<const char*>(&length), sizeof length);
  text.append(static_cast<const char*>(data), bytes);
  return text.append(reinterpret_cast<const char*>(&sum), sizeof sum);
}

}  // namespace

KeptRecords::KeptRecords(const std::string& path, const std::string& identity, OfAnother of_another, const Visit& visit)
    : path_(path) {
  const int fd = open_locked(path);
  file_ = ::fdopen(fd, "r+b");
  try {
    std::string bytes;
    long end = 0;
    if (of_another == OfAnother::kRestart) {
    } else if (read(bytes)) {
      if (bytes != identity && of_another == OfAnother::kRefuse)
        bad_input("what an interrupted run with other inputs or options has made is here", path,
                  "finish that run with its own options, or drop what it has made (`EncodeOptions::restart = true`)");
      if (bytes == identity)
        for (end = std::ftell(file_); read(bytes) && visit(bytes);) end = std::ftell(file_);
    } else if (!begins_like(record(identity.data(), identity.size()))) {
      bad_input("a file of this name is here, and it is not of an interrupted run", path,
                "move it away, or choose another output; `EncodeOptions::restart = true` overwrites it");
    }
    if (!file_step("write") || ::ftruncate(fd, end) != 0 || std::fseek(file_, end, SEEK_SET) != 0)
      system_failure("cannot be written", path, errno);
    if (end == 0) append(identity.data(), identity.size());
  } catch (...) {
    std::fclose(file_);
    throw;
  }
}

KeptRecords::~KeptRecords() { std::fclose(file_); }

bool KeptRecords::read(std::string& bytes) {
  std::uint64_t length = 0, sum = 0;
  if (std::fread(&length, sizeof length, 1, file_) != 1 || length > (1u << 31)) return false;
  bytes.resize(length);
  return std::fread(bytes.data(), 1, length, file_) == length && std::fread(&sum, sizeof sum, 1, file_) == 1 &&
         sum == checksum(bytes.data(), length);
}

bool KeptRecords::begins_like(const std::string& whole) {
  std::string bytes(whole.size() + 1, '\0');
  std::rewind(file_);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file_));
  return whole.starts_with(bytes);
}

void KeptRecords::append(const void* data, std::size_t bytes) {
  const std::string text = record(data, bytes);
  if (file_step("write") && std::fwrite(text.data(), 1, text.size(), file_) == text.size() && std::fflush(file_) == 0 &&
      file_step("sync") && ::fdatasync(::fileno(file_)) == 0)
    return;
  throw Error(ErrorKind::kUnavailable, std::string("cannot be written: ") + std::strerror(errno), path_,
              "free some space on this disk; the same command then goes on from here");
}

void KeptRecords::rewind() {
  std::rewind(file_);
  next();  // the identity
}

std::string KeptRecords::next() {
  std::string bytes;
  if (!read(bytes))
    bad_input("what was made so far was changed from outside", path_, "start again (`EncodeOptions::restart = true`)");
  return bytes;
}

void KeptRecords::remove() {
  if (file_step("unlink")) ::unlink(path_.c_str());
}

}  // namespace vec2vec
