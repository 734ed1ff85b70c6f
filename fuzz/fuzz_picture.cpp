// SPDX-License-Identifier: Apache-2.0
// Pictures: the first byte chooses the format whose magic bytes are put before the input, so that the fuzzer gets to its
// decoder. Whatever comes out is resized too. Only vec2vec::Error may be thrown, and no picture may have more pixels than
// allowed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "picture/picture.h"
#include "picture/preprocessor.h"
#include "vec2vec/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string magic[] = {"", "\xFF\xD8\xFF", "\x89PNG\r\n\x1A\n", std::string("RIFF\xFF\xFF\0\0WEBP", 12)};
  const std::string file = magic[data[0] % 4] + std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr vec2vec::Index kMost = 1 << 16;
  try {
    const vec2vec::Picture picture = vec2vec::decode_picture(file, kMost);
    if (picture.width * picture.height > kMost ||
        picture.rgb.size() != static_cast<std::size_t>(3 * picture.width * picture.height))
      std::abort();
    vec2vec::Preprocessor preprocessor;
    preprocessor.resize_width = preprocessor.resize_height = 5;
    float values[3 * 5 * 5];
    preprocessor.apply(picture, false, values);
  } catch (const vec2vec::Error&) {
  }
  return 0;
}
