// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace vec2vec {

// Functions here are static and call nothing of std, because kernels/loops compiles them for several kinds of CPU.

/// What e^x falls into: x = n ln 2 + r, |r| <= ln2 / 2.
struct ReducedExponent {
  float r;
  std::int32_t n_shifted;  ///< n in the place of a float's exponent
};

static inline ReducedExponent reduce_exponent(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = 88.0f < x ? 88.0f : x;
  const float shifted = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: the low mantissa bits now hold round(x / ln 2)
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  return {r, __builtin_bit_cast(std::int32_t, shifted) << 23};
}

/// (e^r - 1) / r by a polynomial of degree 5, for |r| <= ln2 / 2.
static inline float exp_slope(float r) {
  float p = 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  return p * r + 1.0f;
}

/// e^x for x in [-87, 88] (clamped), relative error below 3e-7; branch-free, so that compilers vectorise loops over it.
static inline float fast_exp(float x) {
  const ReducedExponent reduced = reduce_exponent(x);
  const float p = exp_slope(reduced.r) * reduced.r + 1.0f;
  return __builtin_bit_cast(float, __builtin_bit_cast(std::int32_t, p) + reduced.n_shifted);
}

/// 2^x in bfloat16, for x clamped to [-126, 127], rounded: the polynomial's relative error is below 8e-5.
static inline std::uint16_t exp2_bf16(float x) {
  x = x < -126.0f ? -126.0f : x;
  x = 127.0f < x ? 127.0f : x;
  const float shifted = x + 12582912.0f;  // as in reduce_exponent
  const float f = x - (shifted - 12582912.0f);
  float p = 5.5171551e-2f;
  p = p * f + 2.4261111e-1f;
  p = p * f + 6.9326101e-1f;
  p = p * f + 9.9992807e-1f;
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, p) + (__builtin_bit_cast(std::uint32_t, shifted) << 23);
  return static_cast<std::uint16_t>((bits + 0x8000u) >> 16);
}

/// e^x - 1 over the same range. Its relative error is below 1e-6 near x = 0, too, where e^x loses what it adds to 1.
static inline float fast_expm1(float x) {
  const ReducedExponent reduced = reduce_exponent(x);
  const float power = __builtin_bit_cast(float, __builtin_bit_cast(std::int32_t, 1.0f) + reduced.n_shifted);
  return power * (exp_slope(reduced.r) * reduced.r) + (power - 1.0f);
}

}  // namespace vec2vec
