// SPDX-License-Identifier: Apache-2.0
#include "picture/preprocessor.h"

#include <gtest/gtest.h>

#include "core/text/json.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

Preprocessor read(const std::string& config) { return read_preprocessor(parse_json(config), "p.json"); }

/// Red is 10 x + y, green 200, blue 0.
Picture ramp(Index width, Index height) {
  Picture picture{width, height, {}};
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x) picture.rgb.insert(picture.rgb.end(), {static_cast<std::uint8_t>(10 * x + y), 200, 0});
  return picture;
}

std::vector<float> apply(const Preprocessor& p, const Picture& picture, bool channels_last = false) {
  std::vector<float> values(static_cast<std::size_t>(3 * p.width() * p.height()), -99);
  p.apply(picture, channels_last, values.data());
  return values;
}

TEST(Preprocessor, CropsFromTheMiddleScalesAndNormalises) {
  const Preprocessor p = read(R"({"do_resize": false, "do_center_crop": true, "crop_size": {"height": 2, "width": 3},
    "rescale_factor": 0.5, "image_mean": [1, 2, 3], "image_std": [2, 4, 5], "do_normalize": true})");
  const auto values = apply(p, ramp(6, 5));  // columns 1 .. 3, rows 1 .. 2
  const std::vector<float> red = {(5.5f - 1) / 2, (10.5f - 1) / 2, (15.5f - 1) / 2,
                                  (6.f - 1) / 2,  (11.f - 1) / 2,  (16.f - 1) / 2};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_FLOAT_EQ(values[i], red[i]);
    EXPECT_FLOAT_EQ(values[6 + i], (100.f - 2) / 4);
    EXPECT_FLOAT_EQ(values[12 + i], -3.f / 5);
  }
  const auto last = apply(p, ramp(6, 5), true);
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(last[3 * i + c], values[6 * c + i]);
}

TEST(Preprocessor, SmallPicturesAreCroppedOnBlack) {
  const Preprocessor p =
      read(R"({"do_resize": false, "do_center_crop": true, "crop_size": 4, "rescale_factor": 1, "do_normalize": false})");
  const auto values = apply(p, ramp(3, 6));  // one column is missing: it is put on the left, as transformers does it
  for (Index y = 0; y < 4; ++y)
    for (Index x = 0; x < 4; ++x)
      EXPECT_FLOAT_EQ(values[static_cast<std::size_t>(4 * y + x)], x == 0 ? 0.f : static_cast<float>(10 * (x - 1) + y + 1))
          << x << y;
}

TEST(Preprocessor, ResizesTheShorterSideAndSwapsColours) {
  const Preprocessor p =
      read(R"({"image_processor_type": "CLIPImageProcessor", "size": 2, "resample": 0, "do_center_crop": true,
    "crop_size": {"height": 2, "width": 2}, "rescale_factor": 1, "do_flip_channel_order": true})");
  EXPECT_EQ(p.shortest_edge, 2);
  const auto values = apply(p, ramp(8, 4));  // 4 x 2 by the nearest, of which columns 1 and 2
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0, 0, 200, 200, 200, 200, 31, 51, 33, 53}));
}

TEST(Preprocessor, ReadsTheWaysInWhichProcessorsAreWritten) {
  EXPECT_EQ(read(R"({"feature_extractor_type": "ViTFeatureExtractor", "size": 224})").resize_width, 224);
  EXPECT_EQ(read(R"({"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "do_center_crop": true, "crop_size": 224})")
                .shortest_edge,
            224);
  const Preprocessor siglip = read(
      R"({"image_processor_type": "SiglipImageProcessor", "size": {"height": 384, "width": 256}, "do_convert_rgb": null})");
  EXPECT_EQ(siglip.height(), 384);
  EXPECT_EQ(siglip.width(), 256);
  EXPECT_DOUBLE_EQ(siglip.scale, 1.0 / 255);
  const Preprocessor convnext =
      read(R"({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 224}, "crop_pct": 0.875})");
  EXPECT_EQ(convnext.shortest_edge, 256);
  EXPECT_EQ(convnext.width(), 224);
  EXPECT_EQ(read(R"({"size": {"shortest_edge": 384}, "crop_pct": 0.875})").resize_width, 384);
  EXPECT_DOUBLE_EQ(read(R"({"size": 224, "rescale_factor": 0.00784313725490196, "rescale_offset": true})").offset, -1);
}

TEST(Preprocessor, RefusesWhatItWouldHaveToLeaveOut) {
  for (const char* config :
       {R"({"size": 224, "do_pad": true})", R"({"size": {"shortest_edge": 800, "longest_edge": 1333}})",
        R"({"size": 224, "resample": 9})", R"({"size": -3})", R"({"size": 100000})", R"({"do_resize": true})", R"([1])",
        R"({"size": "x"})", R"({"size": {"shortest_edge": 224}})", R"({"size": 224, "image_mean": [0.5], "image_std": [1]})",
        R"({"size": 224, "image_mean": [0, 0, 0], "image_std": [1, 0, 1]})", R"({"size": 224, "do_rescale": "yes"})",
        R"({"size": 224, "rescale_factor": "a"})", R"({"size": 224, "do_center_crop": true, "crop_size": {}})"})
    EXPECT_THROW(read(config), Error) << config;
}

TEST(Preprocessor, PicturesTooNarrowToBeResizedAreRefused) {
  const Preprocessor p = read(R"({"size": {"shortest_edge": 224}, "do_center_crop": true, "crop_size": 224})");
  EXPECT_THROW(apply(p, Picture{1, 5'000'000, std::vector<std::uint8_t>(15'000'000)}), Error);
}

}  // namespace
}  // namespace vec2vec
