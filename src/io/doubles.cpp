// SPDX-License-Identifier: Apache-2.0
#include "io/doubles.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vec2vec {
namespace {

constexpr std::size_t kFewest = 8, kLookedAt = 4096;
/// Values of vectors lie between these, or are 0. The first half of a float64 value, read as float32, is beyond them for a
/// quarter of all bit patterns at least.
constexpr double kLeast = 1e-12, kMost = 1e6;
constexpr double kTooMany = 0.1;  // part of the float32 values

bool is_usual(double value) { return value == 0 || (std::abs(value) >= kLeast && std::abs(value) <= kMost); }

template <class T>
T value_at(const void* bytes, std::size_t i) {
  T value;
  std::memcpy(&value, static_cast<const char*>(bytes) + i * sizeof(T), sizeof(T));
  return value;
}

}  // namespace

bool are_doubles(const void* bytes, std::size_t size) {
  const std::size_t count = std::min(size / sizeof(double), kLookedAt);
  if (size % sizeof(double) != 0 || count < kFewest) return false;
  std::size_t unusual = 0;
  for (std::size_t i = 0; i < count; ++i)
    if (!is_usual(value_at<double>(bytes, i))) return false;
  for (std::size_t i = 0; i < 2 * count; ++i) unusual += !is_usual(value_at<float>(bytes, i));
  return static_cast<double>(unusual) > kTooMany * static_cast<double>(2 * count);
}

}  // namespace vec2vec
