// SPDX-License-Identifier: Apache-2.0
#include "measure/trend/rank_correlation.h"

#include <algorithm>
#include <cmath>

#include "core/text/number.h"
#include "evaluate/bootstrap.h"

namespace vec2vec {

std::vector<double> weighted_ranks(std::span<const std::uint32_t> weights, std::span<const double> values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (weights[i] > 0) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size(), 0);
  double below = 0;
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    double equal = 0;
    for (; end < order.size() && values[order[end]] == values[order[first]]; ++end) equal += weights[order[end]];
    for (std::size_t k = first; k < end; ++k) ranks[order[k]] = below + (equal + 1) / 2;
    below += equal;
  }
  return ranks;
}

double weighted_correlation(std::span<const std::uint32_t> weights, std::span<const double> x, std::span<const double> y) {
  const double mean_x = weighted_mean(weights, x), mean_y = weighted_mean(weights, y);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - mean_x, dy = y[i] - mean_y;
    xx += weights[i] * dx * dx;
    yy += weights[i] * dy * dy;
    xy += weights[i] * dx * dy;
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kUndefined;
}

}  // namespace vec2vec
