// SPDX-License-Identifier: Apache-2.0
#include "picture/resize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vec2vec {
namespace {

// Weights are fixed-point numbers of 22 bits, as in Pillow.
constexpr int kBits = 22;

double sinc(double x) { return x == 0 ? 1 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }

/// The filter at x, and how far from 0 it reaches.
double filter_at(Resample filter, double x) {
  const double a = std::abs(x);
  switch (filter) {
    case Resample::kBox:
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    case Resample::kBilinear:
      return std::max(0.0, 1 - a);
    case Resample::kHamming:
      return a < 1 ? sinc(a) * (0.54 + 0.46 * std::cos(a * std::numbers::pi)) : 0;
    case Resample::kBicubic:  // Keys' kernel, a = -0.5
      if (a < 1) return (1.5 * a - 2.5) * a * a + 1;
      return a < 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
    case Resample::kLanczos:
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    case Resample::kNearest:
      break;
  }
  return 0;
}
double reach_of(Resample filter) {
  switch (filter) {
    case Resample::kBox:
      return 0.5;
    case Resample::kBicubic:
      return 2;
    case Resample::kLanczos:
      return 3;
    default:
      return 1;
  }
}

/// For each place along the new side, the old places that it is a weighted mean of.
struct Weights {
  struct Run {
    Index first = 0, count = 0;
    std::size_t at = 0;  ///< its weights begin here
  };
  std::vector<Run> runs;
  std::vector<std::int32_t> values;
};

Weights weights_between(Index from, Index to, Resample filter) {
  const double scale = static_cast<double>(from) / static_cast<double>(to), wide = std::max(scale, 1.0);
  const double reach = reach_of(filter) * wide;
  Weights weights;
  std::vector<double> exact;
  for (Index i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const Index first = std::max<Index>(0, static_cast<Index>(centre - reach + 0.5));
    const Index end = std::min(from, static_cast<Index>(centre + reach + 0.5));
    exact.clear();
    double sum = 0;
    for (Index x = first; x < end; ++x) {
      exact.push_back(filter_at(filter, (static_cast<double>(x) - centre + 0.5) * (1 / wide)));
      sum += exact.back();
    }
    weights.runs.push_back({first, end - first, weights.values.size()});
    for (const double value : exact) {
      const double fixed = (sum != 0 ? value / sum : value) * (1 << kBits);
      weights.values.push_back(static_cast<std::int32_t>(fixed < 0 ? fixed - 0.5 : fixed + 0.5));
    }
  }
  return weights;
}

std::uint8_t rounded(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255)); }
constexpr std::int32_t kHalf = 1 << (kBits - 1);

Picture with_width(const Picture& picture, Index width, Resample filter) {
  const Weights weights = weights_between(picture.width, width, filter);
  Picture out{width, picture.height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * picture.height * 3))};
  std::uint8_t* to = out.rgb.data();
  for (Index y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.rgb.data() + 3 * y * picture.width;
    for (const auto& run : weights.runs) {
      const std::int32_t* weight = weights.values.data() + run.at;
      const std::uint8_t* from = row + 3 * run.first;
      std::int32_t red = kHalf, green = kHalf, blue = kHalf;
      for (Index i = 0; i < run.count; ++i, from += 3) {
        red += weight[i] * from[0];
        green += weight[i] * from[1];
        blue += weight[i] * from[2];
      }
      to[0] = rounded(red), to[1] = rounded(green), to[2] = rounded(blue);
      to += 3;
    }
  }
  return out;
}

Picture with_height(const Picture& picture, Index height, Resample filter) {
  const Weights weights = weights_between(picture.height, height, filter);
  const auto stride = static_cast<std::size_t>(3 * picture.width);
  Picture out{picture.width, height, std::vector<std::uint8_t>(stride * static_cast<std::size_t>(height))};
  std::vector<std::int32_t> sums(stride);
  std::uint8_t* to = out.rgb.data();
  for (const auto& run : weights.runs) {
    std::fill(sums.begin(), sums.end(), kHalf);
    for (Index i = 0; i < run.count; ++i) {
      const std::int32_t weight = weights.values[run.at + static_cast<std::size_t>(i)];
      const std::uint8_t* from = picture.rgb.data() + static_cast<std::size_t>(run.first + i) * stride;
      for (std::size_t x = 0; x < stride; ++x) sums[x] += weight * from[x];
    }
    for (std::size_t x = 0; x < stride; ++x) to[x] = rounded(sums[x]);
    to += stride;
  }
  return out;
}

Picture nearest(const Picture& picture, Index width, Index height) {
  Picture out{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
  // Pillow adds the step up instead of multiplying it; so do we, for the same roundings.
  const auto places = [](Index from, Index to) {
    const double step = static_cast<double>(from) / static_cast<double>(to);
    std::vector<Index> result;
    double at = 0.5 * step;
    for (Index i = 0; i < to; ++i, at += step) result.push_back(std::min(from - 1, static_cast<Index>(at)));
    return result;
  };
  const std::vector<Index> columns = places(picture.width, width);
  std::uint8_t* to = out.rgb.data();
  for (const Index y : places(picture.height, height)) {
    const std::uint8_t* row = picture.rgb.data() + 3 * picture.width * y;
    for (const Index x : columns) to = std::copy_n(row + 3 * x, 3, to);
  }
  return out;
}

}  // namespace

Picture resized(const Picture& picture, Index width, Index height, Resample filter) {
  if (filter == Resample::kNearest) return nearest(picture, width, height);
  if (picture.width == width) return picture.height == height ? picture : with_height(picture, height, filter);
  // What Pillow 13 does first decides the last bit, where values are rounded and clipped in between.
  if (height < picture.height && picture.height - height > 2 * (picture.width - width))
    return with_width(with_height(picture, height, filter), width, filter);
  Picture wide = with_width(picture, width, filter);
  return wide.height == height ? wide : with_height(wide, height, filter);
}

}  // namespace vec2vec
