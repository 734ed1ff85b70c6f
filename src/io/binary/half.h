// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>

namespace vec2vec {

/// IEEE 754 binary16 to float32, exactly; written without branches on data so that loops over it vectorise.
inline float half_to_float(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16, magnitude = h & 0x7FFFu;
  const std::uint32_t infinite = magnitude >= 0x7C00u ? 0x70000000u : 0u;  // keep Inf and NaN at the top exponent
  const float scaled = std::bit_cast<float>((magnitude << 13) + infinite) * (infinite ? 1.0f : 0x1.0p112f);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | sign);
}

/// float32 to binary16, round to nearest even; overflow gives infinity.
inline std::uint16_t float_to_half(float f) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(f), sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return static_cast<std::uint16_t>(sign | 0x7E00u);
  if (magnitude >= 0x47800000u) return static_cast<std::uint16_t>(sign | 0x7C00u);
  if (magnitude < 0x38800000u) {  // subnormal: the addition below leaves the rounded value in the low bits
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000u));
  }
  const std::uint32_t odd = (magnitude >> 13) & 1u;
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000u + 0xFFFu + odd) >> 13));
}

}  // namespace vec2vec
