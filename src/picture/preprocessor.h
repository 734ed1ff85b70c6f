// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "picture/picture.h"
#include "picture/resize.h"

namespace vec2vec {

/// What is done to a picture before a model sees it, as preprocessor_config.json of a model folder says it. Steps, in this
/// order: resize, crop from the middle, scale, normalise.
struct Preprocessor {
  Index resize_width = 0, resize_height = 0;  ///< both 0: no fixed size
  Index shortest_edge = 0;                    ///< > 0: the shorter side becomes this, the longer one follows, rounded down
  Resample resample = Resample::kBicubic;
  Index crop_width = 0, crop_height = 0;  ///< 0: no crop; a picture that is smaller is put on black
  double scale = 1, offset = 0;           ///< values of 0 .. 255 become value * scale + offset
  std::array<double, 3> mean = {0, 0, 0}, deviation = {1, 1, 1};
  bool blue_first = false;  ///< the model takes blue, green, red; mean and deviation are in that order then

  /// Width and height of what apply() gives: the same for every picture. Throws Error{kBadInput} when they depend on it.
  Index width() const;
  Index height() const;
  /// The picture as floats: to (3, height, width), or (height, width, 3) with channels_last. Throws Error{kBadInput} for
  /// pictures so narrow that resizing would make them larger than kMostPixels.
  void apply(const Picture& picture, bool channels_last, float* to) const;
};

/// Reads the object of a preprocessor_config.json in the way of transformers' image processors (CLIP, SigLIP, ViT, DeiT, BiT,
/// DINOv2, ConvNeXT, EfficientNet, MobileNet, ...). Throws Error{kBadInput} with path for what is malformed, and for steps that
/// are not supported instead of leaving them out.
Preprocessor read_preprocessor(const nlohmann::json& config, const std::string& path);

}  // namespace vec2vec
