// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/text/number.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec {

struct Interval {
  double low = 0, high = 0;
};

/// The interval where none was asked for: NaN, which becomes null in JSON and "-" in tables.
inline constexpr Interval kNoInterval{kUndefined, kUndefined};

/// A statistic of a weighted sample: weights[i] says how often row i was drawn; they sum to the number of rows.
using WeightedStatistics = std::function<void(std::span<const std::uint32_t> weights, std::span<double> out)>;

/// 95 % percentile intervals (Efron 1979) of `count` statistics of `rows` rows, from `resamples` draws with replacement.
/// Resample b uses random stream b of the seed, so the answer does not depend on threads. Cost: O(resamples * rows).
std::vector<Interval> bootstrap(Index rows, Index resamples, Index count, const WeightedStatistics& statistics,
                                std::uint64_t seed, int threads, const Progress& progress = {});

/// The quantile p in [0, 1] of sorted values, interpolated linearly between neighbours.
double quantile(std::span<const double> sorted, double p);

/// sum(weights * values) / sum(weights).
double weighted_mean(std::span<const std::uint32_t> weights, std::span<const double> values);

/// The median of values, sorted ascending, each repeated weights[i] times; the middle two are averaged for an even total.
double weighted_median(std::span<const std::uint32_t> weights, std::span<const double> sorted_values);

}  // namespace vec2vec
