// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "picture/picture.h"

namespace vec2vec {

/// A decoded file, and how its EXIF data say that it is to be turned: 1 (as it is) to 8.
struct DecodedPicture {
  Picture picture;
  int orientation = 1;
};

// Each takes a whole file and throws as decode_picture() does.
DecodedPicture decode_jpeg(std::string_view file, Index most_pixels);
DecodedPicture decode_png(std::string_view file, Index most_pixels);
DecodedPicture decode_webp(std::string_view file, Index most_pixels);

/// A picture of this size with room for its pixels. Throws Error{kBadInput} for sizes below 1 or above most_pixels.
Picture sized_picture(std::uint64_t width, std::uint64_t height, Index most_pixels);

/// The orientation that a block of EXIF data (a TIFF header and what follows) names; 1 if it names none or is damaged.
int exif_orientation(std::string_view tiff);

/// The picture turned and mirrored so that orientation 1 describes it.
Picture turned(Picture picture, int orientation);

}  // namespace vec2vec
