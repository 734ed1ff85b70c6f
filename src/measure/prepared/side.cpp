// SPDX-License-Identifier: Apache-2.0
#include "measure/prepared/side.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "core/text/number.h"
#include "kernels/lane_sum.h"
#include "measure/prepared/dense.h"

namespace vec2vec {
namespace {

constexpr double kKeptShare = 0.9;  // Facco et al. leave out the largest tenth of the ratios

double distance(const Matrix& rows, Index i, Index j) {
  const float *x = rows.row(i), *y = rows.row(j);
  return std::sqrt(sum_in_double(rows.cols(), [&](Index c) {
    const double difference = static_cast<double>(x[c]) - static_cast<double>(y[c]);
    return difference * difference;
  }));
}

/// Sums that isotropy is made of: over the rows that are not zero, and how many rows there are with them.
struct DirectionSums {
  Vector offset;       ///< of offsets
  double squares = 0;  ///< of their squared norms
  double directed = 0, n = 0;

  DirectionSums operator+(const DirectionSums& other) const {
    return {offset + other.offset, squares + other.squares, directed + other.directed, n + other.n};
  }
  DirectionSums operator-(const DirectionSums& other) const {
    return {offset - other.offset, squares - other.squares, directed - other.directed, n - other.n};
  }
  /// 1 - mean cosine over the pairs of different rows. Of unit rows 1 - cosine is half the squared distance, which keeps its
  /// digits when all of them nearly coincide; a pair with a zero row adds 1.
  double isotropy() const {
    const double pairs = n * (n - 1), with_zero = pairs - directed * (directed - 1);
    return (directed * squares - offset.squaredNorm() + with_zero) / pairs;
  }
};

DirectionSums direction_sums(const Space& space, std::span<const Index> rows) {
  DirectionSums sums{Vector::Zero(space.dim()), 0, 0, static_cast<double>(rows.size())};
  for (const Index i : rows) {
    if (space.is_zero(i)) continue;
    const float* row = space.offset.row(i);
    double* sum = sums.offset.data();
    for (Index c = 0; c < space.dim(); ++c) sum[c] += static_cast<double>(row[c]);
    sums.squares += squared_norm(row, space.dim());
    ++sums.directed;
  }
  return sums;
}

SideFigure isotropy(const Space& space, const MeasureOptions& options) {
  const std::vector<Index> order = fold_order(space.rows(), options.seed);
  std::vector<DirectionSums> groups(kJackknifeGroups);
  parallel_for(kJackknifeGroups, options.threads, [&](Index g) {
    const Range range = group_range(space.rows(), kJackknifeGroups, g);
    groups[static_cast<std::size_t>(g)] =
        direction_sums(space, {order.data() + range.begin, static_cast<std::size_t>(range.size())});
  });
  const DirectionSums all = std::accumulate(groups.begin() + 1, groups.end(), groups[0]);
  std::vector<double> without;
  for (const DirectionSums& group : groups) without.push_back((all - group).isotropy());
  const Interval interval = jackknife_interval(all.isotropy(), without);
  return {all.isotropy(), interval.low, interval.high};
}

}  // namespace

double two_nn_fit(std::vector<double> log_ratios) {
  std::sort(log_ratios.begin(), log_ratios.end());
  const auto n = static_cast<double>(log_ratios.size());
  const auto kept = static_cast<std::size_t>(kKeptShare * n);
  double xy = 0, xx = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    const double y = -std::log(1 - static_cast<double>(i) / n);  // F is the part of ratios that are smaller
    xy += log_ratios[i] * y;
    xx += log_ratios[i] * log_ratios[i];
  }
  return xx > 0 ? xy / xx : kUndefined;
}

MeasuredSide measure_side(const Space& space, const MeasureOptions& options) {
  MeasuredSide side;
  side.name = space.name;
  side.dim = space.dim();
  side.zero_rows = static_cast<Index>(space.zero_rows.size());

  std::vector<std::array<double, 2>> distances(static_cast<std::size_t>(space.near.rows));  // to the nearest two rows
  constexpr Index kBlockRows = 256;
  parallel_blocks(space.near.rows, kBlockRows, options.threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const auto near = space.near.of(i);
      distances[static_cast<std::size_t>(i)] = {distance(space.offset, i, near[0]), distance(space.offset, i, near[1])};
    }
  });
  std::vector<double> log_ratios;
  for (const auto [first, second] : distances) {
    if (first == 0) {
      ++side.repeated_rows;
    } else {
      log_ratios.push_back(std::log(std::max(second / first, 1.0)));
    }
  }
  const auto used = static_cast<double>(log_ratios.size());
  const double sum = std::accumulate(log_ratios.begin(), log_ratios.end(), 0.0);
  if (log_ratios.size() < 2 || sum == 0) {
    side.intrinsic_dimension = {kUndefined, kUndefined, kUndefined};
    side.intrinsic_dimension_fit = kUndefined;
  } else {
    // The ratios' logarithms are exponential with rate d: (n - 1) / sum is unbiased for d.
    side.intrinsic_dimension = {(used - 1) / sum, kNoInterval.low, kNoInterval.high};
    if (options.bootstrap > 0) {
      const auto statistic = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
        out[0] = (used - 1) / (used * weighted_mean(weights, log_ratios));
      };
      const Interval interval = bootstrap(static_cast<Index>(log_ratios.size()), options.bootstrap, 1, statistic, options.seed,
                                          options.threads, options.progress)[0];
      side.intrinsic_dimension.low = interval.low;
      side.intrinsic_dimension.high = interval.high;
    }
    side.intrinsic_dimension_fit = two_nn_fit(std::move(log_ratios));
  }

  side.isotropy = isotropy(space, options);
  return side;
}

}  // namespace vec2vec
