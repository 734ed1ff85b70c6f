// SPDX-License-Identifier: Apache-2.0
#include "io/file/zip.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

[[noreturn]] void damaged(const std::string& what, const MappedFile& file) {
  bad_input("the npz or zip archive is damaged or cut short: " + what, file.path(), "copy or export it again");
}

/// A little-endian number of up to 8 bytes.
std::uint64_t number_at(const MappedFile& file, std::uint64_t offset, std::size_t bytes) {
  if (offset > file.size() || bytes > file.size() - offset) damaged("a record reaches past the end", file);
  std::uint64_t number = 0;
  std::memcpy(&number, file.data() + offset, bytes);
  return number;
}

struct Directory {
  std::uint64_t begin, size, entries;
};

/// From the record at the end of the archive, behind which there is nothing but its comment.
Directory find_directory(const MappedFile& file) {
  constexpr std::uint64_t kRecord = 22, kLongestComment = 65535;
  const std::string_view magic("PK\x05\x06", 4), bytes = file.bytes();
  if (bytes.size() < kRecord) damaged("no directory", file);
  std::uint64_t at = bytes.size() - kRecord;
  const std::uint64_t last = at - std::min(at, kLongestComment);
  while (bytes.substr(at, 4) != magic || number_at(file, at + 20, 2) != bytes.size() - at - kRecord)
    if (at-- == last) damaged("no directory", file);
  if (at >= 20 && bytes.substr(at - 20, 4) == std::string_view("PK\x06\x07", 4)) {  // zip64: the true numbers are elsewhere
    const std::uint64_t wide = number_at(file, at - 12, 8);
    if (number_at(file, wide, 4) != 0x06064B50) damaged("no directory", file);
    return {number_at(file, wide + 48, 8), number_at(file, wide + 40, 8), number_at(file, wide + 32, 8)};
  }
  return {number_at(file, at + 16, 4), number_at(file, at + 12, 4), number_at(file, at + 10, 2)};
}

/// Numbers of 32 bits that are all ones stand in the extra field of zip64 instead, in this order.
void read_zip64(const MappedFile& file, std::uint64_t extra, std::uint64_t end, std::vector<std::uint64_t*> numbers) {
  constexpr std::uint64_t kElsewhere = 0xFFFFFFFF, kZip64 = 1;
  std::erase_if(numbers, [](const std::uint64_t* number) { return *number != kElsewhere; });
  if (numbers.empty()) return;
  for (; extra + 4 <= end; extra += 4 + number_at(file, extra + 2, 2)) {
    if (number_at(file, extra, 2) != kZip64) continue;
    if (number_at(file, extra + 2, 2) < 8 * numbers.size()) break;
    for (std::size_t i = 0; i < numbers.size(); ++i) *numbers[i] = number_at(file, extra + 4 + 8 * i, 8);
    return;
  }
  damaged("sizes are missing", file);
}

/// Entry of the directory at `at`, which is moved behind it.
ZipEntry read_entry(const MappedFile& file, std::uint64_t& at) {
  if (number_at(file, at, 4) != 0x02014B50) damaged("no entry where one should be", file);
  const std::uint64_t flags = number_at(file, at + 8, 2), method = number_at(file, at + 10, 2),
                      name = number_at(file, at + 28, 2), extra = number_at(file, at + 30, 2),
                      comment = number_at(file, at + 32, 2);
  ZipEntry entry{.crc = static_cast<std::uint32_t>(number_at(file, at + 16, 4)),
                 .begin = number_at(file, at + 42, 4),
                 .packed = number_at(file, at + 20, 4),
                 .size = number_at(file, at + 24, 4)};
  at += 46;
  number_at(file, at + name + extra + comment, 0);
  entry.name = file.bytes().substr(at, name);
  read_zip64(file, at + name, at + name + extra, {&entry.size, &entry.packed, &entry.begin});
  at += name + extra + comment;
  if (flags & 1) bad_input("'" + entry.name + "' in the zip archive is encrypted", file.path(), "unpack it first");
  if (method != 0 && method != 8)
    bad_input("'" + entry.name + "' in the zip archive is packed by method " + std::to_string(method) + ", not by deflate",
              file.path(), "unpack it first");
  entry.deflated = method == 8;
  if (!entry.deflated && entry.packed != entry.size) damaged("'" + entry.name + "' has two sizes", file);
  // A header of its own precedes the data.
  if (number_at(file, entry.begin, 4) != 0x04034B50) damaged("'" + entry.name + "' is not where it should be", file);
  entry.begin += 30 + number_at(file, entry.begin + 26, 2) + number_at(file, entry.begin + 28, 2);
  if (entry.begin > file.size() || entry.packed > file.size() - entry.begin) damaged("'" + entry.name + "' is cut short", file);
  return entry;
}

}  // namespace

bool looks_like_zip(const MappedFile& file) {
  return file.bytes().starts_with("PK\x03\x04") || file.bytes().starts_with("PK\x05\x06");  // the second: of an empty one
}

std::vector<ZipEntry> zip_entries(const MappedFile& file) {
  const Directory directory = find_directory(file);
  std::vector<ZipEntry> entries;
  std::uint64_t at = directory.begin;
  while (entries.size() < directory.entries) entries.push_back(read_entry(file, at));
  return entries;
}

std::vector<std::uint8_t> unpack(const MappedFile& file, const ZipEntry& entry, std::uint64_t count) {
  file.check_not_truncated();
  const std::uint8_t* packed = file.data() + entry.begin;
  if (!entry.deflated) return {packed, packed + std::min(count, entry.size)};
  constexpr std::uint64_t kMostFolded = 1032, kChunk = 1u << 30;  // deflate makes no byte into more; zlib counts in 32 bits
  if (entry.size / kMostFolded > entry.packed) damaged("'" + entry.name + "' cannot be as large as it says", file);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(std::min(count, entry.size)));
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error(ErrorKind::kInternal, "zlib does not begin", file.path());
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, inflateEnd);
  std::uint64_t read = 0, written = 0;
  int state = Z_OK;
  while (state == Z_OK && written < out.size()) {
    stream.next_in = const_cast<std::uint8_t*>(packed + read);
    stream.avail_in = static_cast<uInt>(std::min(kChunk, entry.packed - read));
    stream.next_out = out.data() + written;
    stream.avail_out = static_cast<uInt>(std::min<std::uint64_t>(kChunk, out.size() - written));
    state = inflate(&stream, Z_NO_FLUSH);
    read = static_cast<std::uint64_t>(stream.next_in - packed);
    written = static_cast<std::uint64_t>(stream.next_out - out.data());
  }
  if (written != out.size() || (state != Z_OK && state != Z_STREAM_END)) damaged("'" + entry.name + "' does not unpack", file);
  if (out.size() == entry.size && crc32_z(crc32_z(0, nullptr, 0), out.data(), out.size()) != entry.crc)
    damaged("'" + entry.name + "' has another checksum", file);
  return out;
}

}  // namespace vec2vec
