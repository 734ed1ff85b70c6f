// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Pixels of 8-bit red, green and blue, row after row.
struct Picture {
  Index width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  ///< (height, width, 3)
};

/// More pixels than this are taken for an attack; Pillow refuses from the same number on.
inline constexpr Index kMostPixels = 178'956'970;

/// Whether this build reads pictures (libjpeg, libpng and libwebp were found).
bool has_picture_codecs();

/// Decodes a JPEG, PNG or WebP file that is in memory, told apart by its first bytes. Of a moving WebP it is the first frame.
/// Colours are as Pillow's convert("RGB") gives them: grey and palettes become RGB, an alpha channel is left out, 16 bits lose
/// the lower 8, CMYK is taken as Adobe writes it; profiles and gamma are not applied. EXIF orientation is. Nothing is allocated
/// for more than most_pixels. Throws Error{kBadInput} for a file of another kind, damaged, cut short, or too large; `where` of
/// it is empty.
Picture decode_picture(std::string_view file, Index most_pixels = kMostPixels);

}  // namespace vec2vec
