// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace vec2vec {

/// Ranks of values that were drawn weights[i] times each; equal values share their mean rank. Values of weight 0 may be NaN.
/// Cost: n log n.
std::vector<double> weighted_ranks(std::span<const std::uint32_t> weights, std::span<const double> values);

/// Pearson's correlation of x and y so weighted; NaN where one of them does not vary.
double weighted_correlation(std::span<const std::uint32_t> weights, std::span<const double> x, std::span<const double> y);

}  // namespace vec2vec
