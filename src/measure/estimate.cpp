// SPDX-License-Identifier: Apache-2.0
#include "measure/estimate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "core/random.h"
#include "core/tell.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr double kNullBudget = 1e12;  // flops: some seconds on two cores (docs/research/speed.md)
constexpr std::size_t kEnoughForQuantiles = 40;

/// The 0.975 quantile of Student's t (Cornish-Fisher; 0.3 % low for 4 degrees of freedom, better above).
double t_quantile(double degrees) {
  const double z = 1.959963985, z2 = z * z, v = degrees;
  return z * (1 + (z2 + 1) / (4 * v) + (5 * z2 * z2 + 16 * z2 + 3) / (96 * v * v) +
              (3 * z2 * z2 * z2 + 19 * z2 * z2 + 17 * z2 - 15) / (384 * v * v * v));
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sum_of_squares(std::span<const double> values, double mean) {
  double sum = 0;
  for (const double x : values) sum += (x - mean) * (x - mean);
  return sum;
}

}  // namespace

Pairing random_pairing(Index n, std::uint64_t seed, Index p) {
  Pairing pairing = identity_pairing(n);
  Random(seed, Stream::kPairings, static_cast<std::uint64_t>(p)).shuffle(pairing);
  return pairing;
}

Index affordable_permutations(Index asked, double flops_each) {
  const double paid = std::max(10.0, kNullBudget / std::max(flops_each, 1.0));
  return paid < static_cast<double>(asked) ? static_cast<Index>(paid) : asked;
}

std::vector<std::vector<double>> null_values(Index rows, Index permutations, std::size_t count,
                                             const PairingStatistics& statistics, const MeasureOptions& options,
                                             const char* stage, int threads) {
  std::vector<std::vector<double>> values(count, std::vector<double>(static_cast<std::size_t>(permutations)));
  const Index round = 2 * thread_count(threads);  // permutations between two calls of the progress functor
  for (Index begin = 0; begin < permutations; begin += round) {
    report(options, stage, static_cast<double>(begin) / static_cast<double>(permutations));
    parallel_for(std::min(round, permutations - begin), threads, [&](Index t) {
      std::vector<double> out(count);
      statistics(random_pairing(rows, options.seed, begin + t), out);
      for (std::size_t s = 0; s < count; ++s) values[s][static_cast<std::size_t>(begin + t)] = out[s];
    });
  }
  return values;
}

NullSummary summarize_null(std::vector<double> values) {
  NullSummary null;
  null.mean = mean_of(values);
  if (std::isnan(null.mean)) return {null.mean, null.mean, null.mean};
  if (values.size() >= kEnoughForQuantiles) {
    std::sort(values.begin(), values.end());
    null.low = quantile(values, 0.025);
    null.high = quantile(values, 0.975);
  } else {
    const auto n = static_cast<double>(values.size());
    const double reach = t_quantile(n - 1) * std::sqrt(sum_of_squares(values, null.mean) / (n - 1));
    null.low = null.mean - reach;
    null.high = null.mean + reach;
  }
  return null;
}

Interval jackknife_interval(double value, std::span<const double> without) {
  const auto groups = static_cast<double>(without.size());
  const double error = std::sqrt((groups - 1) / groups * sum_of_squares(without, mean_of(without)));
  const double reach = t_quantile(groups - 1) * error;
  return {value - reach, value + reach};
}

Interval fold_interval(double value, std::span<const double> folds) {
  const auto n = static_cast<double>(folds.size());
  const double reach = t_quantile(n - 1) * std::sqrt(sum_of_squares(folds, mean_of(folds)) / (n * (n - 1)));
  return {value - reach, value + reach};
}

Range group_range(Index rows, Index groups, Index g) { return {rows * g / groups, rows * (g + 1) / groups}; }

std::vector<Index> fold_order(Index n, std::uint64_t seed) {
  std::vector<Index> order = identity_pairing(n);
  Random(seed, Stream::kFolds).shuffle(order);
  return order;
}

void report(const MeasureOptions& options, const char* stage, double done) { tell(options.progress, stage, done); }

}  // namespace vec2vec
