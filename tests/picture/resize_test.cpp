// SPDX-License-Identifier: Apache-2.0
#include "picture/resize.h"

#include <gtest/gtest.h>

#include "io/file/sha256.h"
#include "picture/pillow.h"

namespace vec2vec {
namespace {

TEST(ResizePicture, GivesThePixelsThatPillowGives) {
  if (!has_picture_codecs()) GTEST_SKIP() << "built without libjpeg, libpng and libwebp";
  const Picture picture = decode_picture(bytes_of(kPictures + "cup.progressive.jpg"));
  const auto resizes = pillow()["resized"];
  ASSERT_EQ(resizes.size(), 48u);
  for (const auto& expected : resizes) {
    const Picture other = resized(picture, expected["width"], expected["height"], expected["resample"].get<Resample>());
    EXPECT_EQ(sha256_of({reinterpret_cast<const char*>(other.rgb.data()), other.rgb.size()}), expected["sha256"])
        << expected.dump();
  }
}

}  // namespace
}  // namespace vec2vec
