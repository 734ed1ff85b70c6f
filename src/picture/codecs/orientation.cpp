// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "picture/codecs/codecs.h"

namespace vec2vec {

int exif_orientation(std::string_view tiff) {
  if (tiff.starts_with(std::string_view("Exif\0\0", 6))) tiff.remove_prefix(6);
  const bool little = tiff.starts_with("II"), big = tiff.starts_with("MM");
  if (!little && !big) return 1;
  const auto number = [&](std::uint64_t at, std::uint64_t bytes) -> std::uint64_t {
    if (at > tiff.size() || tiff.size() - at < bytes) return 0;
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < bytes; ++i)
      value = value << 8 | static_cast<std::uint8_t>(tiff[static_cast<std::size_t>(little ? at + bytes - 1 - i : at + i)]);
    return value;
  };
  constexpr std::uint64_t kOrientation = 0x0112, kShort = 3, kEntryBytes = 12;
  const std::uint64_t directory = number(4, 4), entries = number(directory, 2);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + kEntryBytes * i;
    if (entry + kEntryBytes > tiff.size()) break;
    if (number(entry, 2) != kOrientation) continue;
    const std::uint64_t value = number(entry + 2, 2) == kShort ? number(entry + 8, 2) : number(entry + 8, 4);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Picture turned(Picture picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  const bool swapped = orientation >= 5;
  Picture out;
  out.width = swapped ? picture.height : picture.width;
  out.height = swapped ? picture.width : picture.height;
  out.rgb.resize(picture.rgb.size());
  const Index right = picture.width - 1, bottom = picture.height - 1;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  std::uint8_t* to = out.rgb.data();
  for (Index y = 0; y < out.height; ++y)
    for (Index x = 0; x < out.width; ++x, to += 3) {
      const Index column = swapped ? y : x, row = swapped ? x : y;
      const std::uint8_t* from = picture.rgb.data() + 3 * ((from_bottom ? bottom - row : row) * picture.width +
                                                           (from_right ? right - column : column));
      to[0] = from[0], to[1] = from[1], to[2] = from[2];
    }
  return out;
}

}  // namespace vec2vec
