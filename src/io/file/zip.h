// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "io/file/mapped_file.h"

namespace vec2vec {

/// A file in a zip archive.
struct ZipEntry {
  std::string name = {};
  bool deflated = false;  ///< else it lies in the archive as it is
  std::uint32_t crc = 0;
  std::uint64_t begin = 0;   ///< of its bytes in the archive
  std::uint64_t packed = 0;  ///< how many they are
  std::uint64_t size = 0;    ///< how many come out
};

bool looks_like_zip(const MappedFile& file);

/// The directory of an archive, checked to lie inside the file. Throws Error{kBadInput} when it is damaged or cut short, and
/// for entries that are encrypted or packed in another way than deflate.
std::vector<ZipEntry> zip_entries(const MappedFile& file);

/// The first `count` bytes of an entry; of all of them the checksum is checked. Throws Error{kBadInput} for damaged data.
std::vector<std::uint8_t> unpack(const MappedFile& file, const ZipEntry& entry, std::uint64_t count);

}  // namespace vec2vec
