#include "io/kept_records.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

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

}  // namespace

KeptRecords::KeptRecords(const std::string& path, const std::string& identity, bool restart, const Visit& visit) : path_(path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    bad_input(std::string("cannot write here: ") + std::strerror(errno), path,
              "check that the folder exists and may be written");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    bad_input("another process is writing this file", path, "wait for it, or choose another output");
  }
  file_ = ::fdopen(fd, "r+b");
  try {
    std::string bytes;
    long end = 0;
    if (!restart && read(bytes)) {
      if (bytes != identity)
        bad_input("what an interrupted run with other inputs or options has made is here", path,
                  "finish that run with its own options, or drop what it has made (`EncodeOptions::restart = true`)");
      for (end = std::ftell(file_); read(bytes) && visit(bytes);) end = std::ftell(file_);
    }
    if (::ftruncate(fd, end) != 0 || std::fseek(file_, end, SEEK_SET) != 0)
      bad_input(std::string("cannot write: ") + std::strerror(errno), path);
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

void KeptRecords::append(const void* data, std::size_t bytes) {
  const std::uint64_t length = bytes, sum = checksum(data, bytes);
  if (std::fwrite(&length, sizeof length, 1, file_) != 1 || std::fwrite(data, 1, bytes, file_) != bytes ||
      std::fwrite(&sum, sizeof sum, 1, file_) != 1 || std::fflush(file_) != 0 || ::fdatasync(::fileno(file_)) != 0)
    bad_input(std::string("cannot write: ") + std::strerror(errno), path_,
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

void KeptRecords::remove() { ::unlink(path_.c_str()); }

}  // namespace vec2vec
