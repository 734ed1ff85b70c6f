// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "picture/picture.h"

namespace vec2vec {

/// Pillow's filters, under its numbers, which `resample` of preprocessor_config.json holds.
enum class Resample { kNearest = 0, kLanczos = 1, kBilinear = 2, kBicubic = 3, kBox = 4, kHamming = 5 };

/// The picture in another size (both at least 1), bit for bit as Image.resize() of Pillow 13 gives it: the filter is widened by
/// the factor of shrinking (antialiasing), and values are rounded to 8 bits between one direction and the other. Earlier
/// versions always begin with the width, which may change the last bit.
Picture resized(const Picture& picture, Index width, Index height, Resample filter);

}  // namespace vec2vec
