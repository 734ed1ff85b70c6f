// One harness for every parser: the input becomes a file in memory, with the magic bytes of the format put before it, and is
// read as a user would. Only vec2vec::Error may come out.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "vec2vec/error.h"
#include "vec2vec/map.h"
#include "vec2vec/rows.h"

namespace {

#if defined(FUZZ_npy)
const std::string kPrefix("\x93NUMPY\x01\x00", 8);
#elif defined(FUZZ_safetensors) || defined(FUZZ_map)
const std::string kPrefix;
#elif defined(FUZZ_vecs)
const std::string kPrefix("\x02\0\0\0", 4);
#elif defined(FUZZ_ndjson)
const std::string kPrefix("{\"v\":[1,2]}\n");
#else
const std::string kPrefix("1,2\n");
#endif

void read_file(const std::string& path) {
#if defined(FUZZ_map)
  vec2vec::Map::load(path);
#else
  const auto source = vec2vec::open_rows(path);
  if (source->rows() * source->dim() < (1 << 20)) vec2vec::read_all(*source);
#endif
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes = kPrefix + std::string(reinterpret_cast<const char*>(data), size);
#if defined(FUZZ_safetensors) || defined(FUZZ_map)
  // A right header length lets the fuzzer reach the JSON: the first byte chooses how much of the input is the header.
  const std::uint64_t length = size == 0 ? 0 : (size - 1) * (data[0] + 1u) / 256;
  bytes = std::string(reinterpret_cast<const char*>(&length), 8) + bytes.substr(size == 0 ? 0 : 1);
#endif
  const int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return 0;
  try {
    read_file("/proc/self/fd/" + std::to_string(fd));
  } catch (const vec2vec::Error&) {
  }
  close(fd);
  return 0;
}
