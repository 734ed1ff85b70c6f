// SPDX-License-Identifier: Apache-2.0
#include "picture/preprocessor.h"

#include <algorithm>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Width and height after the resize.
std::pair<Index, Index> resized_to(const Preprocessor& p, const Picture& picture) {
  if (p.resize_width > 0) return {p.resize_width, p.resize_height};
  if (p.shortest_edge == 0) return {picture.width, picture.height};
  const Index shorter = std::min(picture.width, picture.height), longer = std::max(picture.width, picture.height);
  const auto follows =
      static_cast<Index>(static_cast<double>(p.shortest_edge) * static_cast<double>(longer) / static_cast<double>(shorter));
  if (follows > kMostPixels / p.shortest_edge)
    bad_input("the picture has " + std::to_string(picture.width) + " x " + std::to_string(picture.height) +
              " pixels, which is too narrow to be resized");
  return picture.width <= picture.height ? std::pair{p.shortest_edge, follows} : std::pair{follows, p.shortest_edge};
}

/// Where the crop begins along one side; below 0 when the picture is smaller, as transformers' center_crop pads it.
Index crop_begin(Index size, Index crop) {
  if (size >= crop) return (size - crop) / 2;
  return -((crop - size + 1) / 2);
}

}  // namespace

Index Preprocessor::width() const { return crop_width > 0 ? crop_width : resize_width; }
Index Preprocessor::height() const { return crop_height > 0 ? crop_height : resize_height; }

void Preprocessor::apply(const Picture& picture, bool channels_last, float* to) const {
  const auto [full_width, full_height] = resized_to(*this, picture);
  const bool same = full_width == picture.width && full_height == picture.height;
  const Picture other = same ? Picture() : resized(picture, full_width, full_height, resample);
  const Picture& full = same ? picture : other;
  const Index out_width = width(), out_height = height();
  Index left = crop_begin(full.width, out_width), top = crop_begin(full.height, out_height);
  // transformers pads both sides to the crop when either is too small; the other side is then still cut from the middle.
  float table[3][256], black[3];
  for (std::size_t c = 0; c < 3; ++c) {
    for (int v = 0; v < 256; ++v) {
      const double scaled = v * scale + offset;
      table[c][v] = static_cast<float>((scaled - mean[c]) / deviation[c]);
    }
    black[c] = table[c][0];
  }
  const std::size_t plane = static_cast<std::size_t>(out_width * out_height);
  for (Index y = 0; y < out_height; ++y)
    for (Index x = 0; x < out_width; ++x) {
      const Index row = y + top, column = x + left;
      const bool inside = row >= 0 && row < full.height && column >= 0 && column < full.width;
      const std::uint8_t* pixel = inside ? full.rgb.data() + 3 * (row * full.width + column) : nullptr;
      const auto at = static_cast<std::size_t>(y * out_width + x);
      for (std::size_t c = 0; c < 3; ++c)
        to[channels_last ? 3 * at + c : c * plane + at] = pixel ? table[c][pixel[blue_first ? 2 - c : c]] : black[c];
    }
}

}  // namespace vec2vec
