// SPDX-License-Identifier: Apache-2.0
// Zip archives of npy files. Those are made around the input, so that the fuzzer gets past the directory, with one byte
// changed. Only vec2vec::Error may come out.
#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "memory_file.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace {

std::string number(std::uint64_t value, int bytes) {
  return {reinterpret_cast<const char*>(&value), static_cast<std::size_t>(bytes)};
}

std::string deflated(const std::string& bytes) {
  std::string out(compressBound(bytes.size()) + 16, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// An archive of one file a.npy.
std::string archive(const std::string& packed, bool is_deflated, std::uint32_t crc, std::size_t size) {
  const std::string name = "a.npy";
  const std::string facts = number(0, 2) + number(is_deflated ? 8 : 0, 2) + number(0, 4) + number(crc, 4) +
                            number(packed.size(), 4) + number(size, 4) + number(name.size(), 2) + number(0, 2);
  const std::string local = "PK\x03\x04" + number(20, 2) + facts + name + packed;
  const std::string central = "PK\x01\x02" + number(20, 2) + number(20, 2) + facts + number(0, 2) + number(0, 2) +
                              number(0, 2) + number(0, 4) + number(0, 4) + name;
  return local + central + "PK\x05\x06" + number(0, 4) + number(1, 2) + number(1, 2) + number(central.size(), 4) +
         number(local.size(), 4) + number(0, 2);
}

std::uint32_t crc_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string rest(reinterpret_cast<const char*>(data) + 4, size - 4), npy = std::string("\x93NUMPY\x01\x00", 8) + rest;
  std::string bytes;
  switch (data[0] % 4) {
    case 0:
      bytes = "PK\x03\x04" + rest;
      break;
    case 1:
      bytes = archive(npy, false, crc_of(npy), npy.size());
      break;
    case 2:
      bytes = archive(deflated(npy), true, crc_of(npy), npy.size());
      break;
    default:
      bytes = archive(rest, true, 0, static_cast<std::size_t>(data[0]) * 16);  // the input is what is unpacked
  }
  if (data[0] & 0x80) bytes[(data[1] | data[2] << 8) % bytes.size()] ^= static_cast<char>(data[3]);
  const MemoryFile file(bytes);
  try {
    const auto source = vec2vec::open_rows(file.path());
    if (source->rows() * source->dim() < (1 << 20)) vec2vec::read_all(*source);
    vec2vec::list_tensors(file.path());
  } catch (const vec2vec::Error&) {
  }
  return 0;
}
