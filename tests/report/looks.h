// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>
#include <png.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "picture/picture.h"
#include "picture/resize.h"

namespace vec2vec {

/// Pictures of pages are kept at an eighth of their size: a layout that breaks, a colour or a chart that goes missing shows,
/// and other letter shapes do not.
inline Picture small_picture(std::string_view screenshot) {
  const Picture picture = decode_picture(screenshot);
  constexpr Index kTimesSmaller = 4;  // Chromium has halved them already
  return resized(picture, picture.width / kTimesSmaller, picture.height / kTimesSmaller, Resample::kBox);
}

/// Share of the pixels, 0 to 1, of which a colour differs by more than a tenth of its range; 1 when the sizes differ.
inline double difference(const Picture& a, const Picture& b) {
  if (a.width != b.width || a.height != b.height) return 1;
  constexpr int kSeen = 25;
  Index seen = 0;
  for (std::size_t pixel = 0; pixel < a.rgb.size(); pixel += 3) {
    int largest = 0;
    for (std::size_t c = pixel; c < pixel + 3; ++c) largest = std::max(largest, std::abs(int{a.rgb[c]} - int{b.rgb[c]}));
    seen += largest > kSeen;
  }
  return static_cast<double>(seen) / static_cast<double>(a.width * a.height);
}

inline void write_png(const std::string& path, const Picture& picture) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  ASSERT_TRUE(png_image_write_to_file(&image, path.c_str(), 0, picture.rgb.data(), 0, nullptr)) << image.message;
}

}  // namespace vec2vec
