// SPDX-License-Identifier: Apache-2.0
// One harness for most parsers: the input becomes a file in memory, with the magic bytes of the format put before it, and is
// read as a user would. Only vec2vec::Error may come out. Tables of text have a harness of their own (fuzz_table.cpp).
#include <cstdint>
#include <string>

#include "memory_file.h"
#include "vec2vec/error.h"
#include "vec2vec/map.h"
#include "vec2vec/rows.h"

namespace {

#if defined(FUZZ_npy)
const std::string kPrefix("\x93NUMPY\x01\x00", 8);
#elif defined(FUZZ_safetensors) || defined(FUZZ_map) || defined(FUZZ_fbin)
const std::string kPrefix;
#elif defined(FUZZ_vecs)
const std::string kPrefix("\x02\0\0\0", 4);
#else
const std::string kPrefix("{\"v\":[1,2]}\n");
#endif

void read_file(const std::string& path) {
#if defined(FUZZ_map)
  vec2vec::Map::load(path);
#else
  const auto source = vec2vec::open_rows(path);
  if (source->rows() * source->dim() < (1 << 20)) vec2vec::read_all(*source);
#endif
}

#if defined(FUZZ_fbin)
/// A file in memory has no ending: a link to it in a folder of our own has.
const std::string& folder() {
  static const std::string made = [] {
    std::string name = "/tmp/fuzz-fbin-XXXXXX";
    return std::string(mkdtemp(name.data()));
  }();
  return made;
}
#endif

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes = kPrefix + std::string(reinterpret_cast<const char*>(data), size);
#if defined(FUZZ_safetensors) || defined(FUZZ_map)
  // A right header length lets the fuzzer reach the JSON: the first byte chooses how much of the input is the header.
  const std::uint64_t length = size == 0 ? 0 : (size - 1) * (data[0] + 1u) / 256;
  bytes = std::string(reinterpret_cast<const char*>(&length), 8) + bytes.substr(size == 0 ? 0 : 1);
#endif
#if defined(FUZZ_fbin)
  // The first byte chooses the ending, the second whether the header is made to fit the size, for so many rows.
  if (size < 2) return 0;
  const char* const endings[] = {"", ".fbin", ".f16bin", ".u8bin", ".i8bin", ".ibin"};
  const std::uint32_t widths[] = {4, 4, 2, 1, 1, 4};
  const unsigned which = data[0] % 6, rows = data[1] % 16;
  bytes.erase(0, 2);
  if (rows > 0) {
    const std::uint32_t header[] = {rows, static_cast<std::uint32_t>(bytes.size()) / (rows * widths[which])};
    bytes.resize(static_cast<std::size_t>(header[0]) * header[1] * widths[which]);
    bytes.insert(0, reinterpret_cast<const char*>(header), sizeof header);
  }
  const MemoryFile file(bytes);
  const std::string path = folder() + "/a" + endings[which];
  unlink(path.c_str());
  if (symlink(file.path().c_str(), path.c_str()) != 0) return 0;
#else
  const MemoryFile file(bytes);
  const std::string path = file.path();
#endif
  try {
    read_file(path);
  } catch (const vec2vec::Error&) {
  }
  return 0;
}
