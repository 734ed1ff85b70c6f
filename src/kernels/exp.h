#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

namespace vec2vec {

/// e^x for x in [-87, 88] (clamped), relative error below 3e-7; branch-free, so that compilers vectorise loops over it.
/// Range reduction x = n ln 2 + r and a degree-6 polynomial for e^r on [-ln2/2, ln2/2].
inline float fast_exp(float x) {
  x = std::min(std::max(x, -87.0f), 88.0f);
  const float shifted = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: the low mantissa bits now hold round(x / ln 2)
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const std::int32_t exponent = std::bit_cast<std::int32_t>(shifted) << 23;
  return std::bit_cast<float>(std::bit_cast<std::int32_t>(p) + exponent);
}

}  // namespace vec2vec
