// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "io/file/sha256.h"
#include "picture/picture.h"
#include "picture/pillow.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

class DecodePicture : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_picture_codecs()) GTEST_SKIP() << "built without libjpeg, libpng and libwebp";
  }
};

std::string problem_of(std::string_view file, Index most_pixels = kMostPixels) {
  try {
    decode_picture(file, most_pixels);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.message();
  }
  return {};
}

TEST_F(DecodePicture, GivesThePixelsThatPillowGives) {
  const auto decoded = pillow()["decoded"];
  ASSERT_EQ(decoded.size(), 13u);
  for (const auto& [name, expected] : decoded.items()) {
    const Picture picture = decode_picture(bytes_of(kPictures + name));
    EXPECT_EQ(picture.width, expected["width"]) << name;
    EXPECT_EQ(picture.height, expected["height"]) << name;
    EXPECT_EQ(sha256_of({reinterpret_cast<const char*>(picture.rgb.data()), picture.rgb.size()}), expected["sha256"]) << name;
  }
}

TEST_F(DecodePicture, EveryFileThatIsCutShortIsAnError) {
  for (const auto& entry : std::filesystem::directory_iterator(kPictures)) {
    const std::string whole = bytes_of(entry.path().string());
    // Of a moving picture the first frame may be whole.
    const std::size_t end = entry.path().filename() == "moving.webp" ? whole.size() / 3 : whole.size() - 8;
    for (std::size_t size = 0; size < end; size += 1 + end / 97)
      EXPECT_NE(problem_of(whole.substr(0, size)), "") << entry.path() << ", " << size << " of " << whole.size() << " bytes";
  }
}

TEST_F(DecodePicture, ChangedBytesAreAnErrorOrAPictureOfTheSameSizeAtMost) {
  for (const auto& entry : std::filesystem::directory_iterator(kPictures)) {
    const std::string whole = bytes_of(entry.path().string());
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 211) {
      std::string changed = whole;
      changed[at] = static_cast<char>(~changed[at]);
      problem_of(changed, 1 << 16);
    }
  }
}

TEST_F(DecodePicture, NothingIsAllocatedForMorePixelsThanAllowed) {
  for (const char* name : {"cat.jpg", "cup.png", "cat.webp", "moving.webp"}) {
    const std::string file = bytes_of(kPictures + name);
    EXPECT_NE(problem_of(file, 48 * 60 - 1).find("more than 2879"), std::string::npos) << name;
    EXPECT_EQ(problem_of(file, 61 * 64), "") << name;
  }
  std::string png = bytes_of(kPictures + "cup.png");  // with a header of 2^31 - 1 pixels a side its checksum is wrong
  for (const std::size_t at : {16, 20}) png.replace(at, 4, "\x7F\xFF\xFF\xFF");
  EXPECT_NE(problem_of(png), "");
}

TEST_F(DecodePicture, FilesOfAnotherKindAreNamed) {
  EXPECT_NE(problem_of("GIF89a...").find("a GIF"), std::string::npos);
  EXPECT_NE(problem_of("").find("empty"), std::string::npos);
  EXPECT_NE(problem_of("hello").find("no picture"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
