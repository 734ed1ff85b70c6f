#include "encode/partial_rows.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

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

PartialRows::PartialRows(const std::string& path, const std::string& identity, Index dim, bool restart)
    : path_(path), dim_(dim) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    bad_input(std::string("cannot write here: ") + std::strerror(errno), path,
              "check that the folder exists and may be written");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    bad_input("another process is writing these rows", path, "wait for it, or choose another output");
  }
  file_ = ::fdopen(fd, "r+b");
  try {
    recover(identity, restart);
  } catch (...) {
    std::fclose(file_);
    throw;
  }
}

PartialRows::~PartialRows() {
  if (file_) std::fclose(file_);
}

void PartialRows::recover(const std::string& identity, bool restart) {
  std::string bytes;
  long end = 0;
  if (!restart && read_record(bytes)) {
    if (bytes != identity)
      bad_input("rows of an interrupted run with another model, other texts or other options are here", path_,
                "finish that run with its own command, or drop its rows (--restart)");
    end = std::ftell(file_);
    const std::size_t row_bytes = static_cast<std::size_t>(dim_) * sizeof(float);
    for (; read_record(bytes) && bytes.size() % row_bytes == 0; end = std::ftell(file_))
      rows_ += static_cast<Index>(bytes.size() / row_bytes);
  }
  if (::ftruncate(::fileno(file_), end) != 0 || std::fseek(file_, end, SEEK_SET) != 0)
    bad_input(std::string("cannot write: ") + std::strerror(errno), path_);
  if (end == 0) write_record(identity.data(), identity.size());
}

bool PartialRows::read_record(std::string& bytes) {
  std::uint64_t length = 0, sum = 0;
  if (std::fread(&length, sizeof length, 1, file_) != 1 || length > (1u << 31)) return false;
  bytes.resize(length);
  return std::fread(bytes.data(), 1, length, file_) == length && std::fread(&sum, sizeof sum, 1, file_) == 1 &&
         sum == checksum(bytes.data(), length);
}

void PartialRows::write_record(const void* data, std::size_t bytes) {
  const std::uint64_t length = bytes, sum = checksum(data, bytes);
  if (std::fwrite(&length, sizeof length, 1, file_) != 1 || std::fwrite(data, 1, bytes, file_) != bytes ||
      std::fwrite(&sum, sizeof sum, 1, file_) != 1 || std::fflush(file_) != 0 || ::fdatasync(::fileno(file_)) != 0)
    bad_input(std::string("cannot write: ") + std::strerror(errno), path_,
              "free some space on this disk; the same command then goes on from here");
}

void PartialRows::append(MatrixView block) {
  std::vector<float> rows(static_cast<std::size_t>(block.rows * dim_));
  for (Index i = 0; i < block.rows; ++i)
    std::memcpy(rows.data() + i * dim_, block.row(i), static_cast<std::size_t>(dim_) * sizeof(float));
  write_record(rows.data(), rows.size() * sizeof(float));
  rows_ += block.rows;
}

void PartialRows::copy_to(RowSink& sink) {
  std::rewind(file_);
  std::string bytes;
  if (!read_record(bytes)) bad_input("the rows kept so far were changed from outside", path_, "encode again (--restart)");
  for (Index copied = 0; copied < rows_;) {
    if (!read_record(bytes)) bad_input("the rows kept so far were changed from outside", path_, "encode again (--restart)");
    Matrix block(static_cast<Index>(bytes.size() / sizeof(float)) / dim_, dim_);
    std::memcpy(block.data(), bytes.data(), bytes.size());
    sink.write(block);
    copied += block.rows();
  }
}

void PartialRows::remove() { ::unlink(path_.c_str()); }

}  // namespace vec2vec
