// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace vec2vec {

/// Round to nearest, ties to even, in bfloat16; not for NaN.
static inline std::uint16_t to_bf16(float value) {
  const auto bits = __builtin_bit_cast(std::uint32_t, value);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

/// bfloat16 to float32, exactly.
static inline float from_bf16(std::uint16_t value) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(value) << 16);
}

}  // namespace vec2vec
