// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"
#include "core/tell.h"

namespace vec2vec {

double quantile(std::span<const double> sorted, double p) {
  if (sorted.empty()) return kUndefined;
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

std::vector<Interval> bootstrap(Index rows, Index resamples, Index count, const WeightedStatistics& statistics,
                                std::uint64_t seed, int threads, const Progress& progress) {
  const auto n_statistics = static_cast<std::size_t>(count);
  std::vector<double> values(static_cast<std::size_t>(resamples) * n_statistics);
  constexpr Index kBlock = 4;    // resamples that share one array of weights
  constexpr Index kRound = 256;  // resamples between two calls of the progress functor
  const auto draw = [&](Index first, Index last) {
    std::vector<std::uint32_t> weights(static_cast<std::size_t>(rows));
    for (Index b = first; b < last; ++b) {
      std::fill(weights.begin(), weights.end(), 0u);
      Random random(seed, Stream::kBootstrap, static_cast<std::uint64_t>(b));
      for (Index i = 0; i < rows; ++i) ++weights[static_cast<std::size_t>(random.below(rows))];
      statistics(weights, std::span(values).subspan(static_cast<std::size_t>(b) * n_statistics, n_statistics));
    }
  };
  for (Index round = 0; round < resamples; round += kRound) {
    tell(progress, "bootstrap", static_cast<double>(round) / static_cast<double>(resamples));
    const Index end = std::min(resamples, round + kRound);
    parallel_for((end - round + kBlock - 1) / kBlock, threads, [&](Index block) {
      const Index first = round + block * kBlock;
      draw(first, std::min(end, first + kBlock));
    });
  }

  std::vector<Interval> intervals(n_statistics);
  std::vector<double> column;
  for (std::size_t s = 0; s < n_statistics; ++s) {
    column.clear();
    for (Index b = 0; b < resamples; ++b)  // a statistic may be undefined in some resamples
      if (const double value = values[static_cast<std::size_t>(b) * n_statistics + s]; !std::isnan(value))
        column.push_back(value);
    std::sort(column.begin(), column.end());
    intervals[s] = {quantile(column, 0.025), quantile(column, 0.975)};
  }
  return intervals;
}

double weighted_mean(std::span<const std::uint32_t> weights, std::span<const double> values) {
  double sum = 0;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += weights[i] * values[i];
    total += weights[i];
  }
  return sum / static_cast<double>(total);
}

double weighted_median(std::span<const std::uint32_t> weights, std::span<const double> sorted_values) {
  std::uint64_t total = 0;
  for (const std::uint32_t w : weights) total += w;
  if (total == 0) return kUndefined;
  // The middle elements, counted from 0; the same one twice for an odd total.
  const std::uint64_t lower = (total - 1) / 2, upper = total / 2;
  double lower_value = 0;
  std::uint64_t passed = 0;
  bool lower_found = false;
  for (std::size_t i = 0; i < sorted_values.size(); ++i) {
    passed += weights[i];
    if (!lower_found && passed > lower) {
      lower_value = sorted_values[i];
      lower_found = true;
    }
    if (passed > upper) return 0.5 * (lower_value + sorted_values[i]);
  }
  return lower_value;
}

}  // namespace vec2vec
