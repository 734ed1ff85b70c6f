// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include "core/boundary.h"
#include "core/random.h"
#include "core/text/number.h"
#include "evaluate/bootstrap.h"
#include "measure/catalogue.h"
#include "measure/trend/rank_correlation.h"
#include "vec2vec/error.h"
#include "vec2vec/measure_trend.h"

namespace vec2vec {
namespace {

constexpr std::size_t kFewest = 4;  // points of a trend: three lie in order by chance once in three times
constexpr Index kResamples = 1000, kPermutations = 10000;
const char* const kAllOthers = "all others";
const char* const kOtherFamilies = "other families";

using Weights = std::vector<std::uint32_t>;
using Closeness = std::vector<std::vector<double>>;  // higher = closer; NaN where undefined

/// The rows of the table in the order of the grid.
TraitTable in_order_of(const MeasureGrid& grid, const TraitTable& table) {
  TraitTable ordered{table.traits, {}};
  for (const std::string& name : grid.row_names) {
    const auto found =
        std::find_if(table.spaces.begin(), table.spaces.end(), [&](const SpaceTraits& space) { return space.name == name; });
    if (found == table.spaces.end())
      bad_input("has no line for the space '" + name + "'", "the table of traits", "one line for each space, by its name");
    ordered.spaces.push_back(*found);
  }
  return ordered;
}

Closeness closeness_of(const MeasureGrid& grid, const MeasureInfo& info, bool adjusted) {
  const std::size_t n = grid.row_names.size();
  Closeness closeness(n, std::vector<double>(n, kUndefined));
  const double sign = lower_is_closer(info) && !adjusted ? -1 : 1;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const Measurement& cell = grid.cells[i * n + j];
      const Measure *there = cell.find(info.key), *back = info.mirror.empty() ? there : cell.find(info.mirror);
      if (!there) continue;
      if (!back) back = there;  // only one direction was asked for
      closeness[i][j] = closeness[j][i] =
          sign * (adjusted ? (there->adjusted + back->adjusted) / 2 : (there->value + back->value) / 2);
    }
  }
  return closeness;
}

/// One kind of agreement: by which closeness, and which spaces are the others of which.
struct Kind {
  Agreement agreement;
  const Closeness* closeness;
  std::vector<std::vector<char>> others;

  /// Mean closeness of each space to its others, these drawn weights[j] times.
  std::vector<double> means(std::span<const std::uint32_t> weights) const {
    std::vector<double> result(weights.size(), kUndefined);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double sum = 0, count = 0;
      for (std::size_t j = 0; j < weights.size(); ++j) {
        if (!others[i][j] || weights[j] == 0 || std::isnan((*closeness)[i][j])) continue;
        sum += weights[j] * (*closeness)[i][j];
        count += weights[j];
      }
      if (count > 0) result[i] = sum / count;
    }
    return result;
  }
};

/// Which spaces are the others of which, by what these others are called.
std::vector<std::pair<std::string, std::vector<std::vector<char>>>> kinds_of_others(const TraitTable& table) {
  std::vector<std::string> names = {kAllOthers};
  std::set<std::string> families;
  for (const SpaceTraits& space : table.spaces)
    if (!space.family.empty()) families.insert(space.family);
  if (!families.empty()) names.emplace_back(kOtherFamilies);
  names.insert(names.end(), families.begin(), families.end());
  std::vector<std::pair<std::string, std::vector<std::vector<char>>>> kinds;
  const std::size_t n = table.spaces.size();
  for (std::size_t k = 0; k < names.size(); ++k) {
    std::vector<std::vector<char>> others(n, std::vector<char>(n, 0));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const std::string &mine = table.spaces[i].family, &its = table.spaces[j].family;
        const bool foreign = mine.empty() || mine != its;
        others[i][j] = i != j && (k == 0 || (foreign && (names[k] == kOtherFamilies || names[k] == its)));
      }
    }
    kinds.emplace_back(names[k], std::move(others));
  }
  return kinds;
}

/// The points of a trend: weights of spaces whose agreement and trait are known, all others 0.
Weights points_of(std::span<const std::uint32_t> weights, std::span<const double> agreement, std::span<const double> trait) {
  Weights points(weights.begin(), weights.end());
  for (std::size_t i = 0; i < points.size(); ++i)
    if (std::isnan(agreement[i]) || std::isnan(trait[i])) points[i] = 0;
  return points;
}

double rank_correlation(std::span<const std::uint32_t> points, std::span<const double> x, std::span<const double> y) {
  return weighted_correlation(points, weighted_ranks(points, x), weighted_ranks(points, y));
}

/// Part of the orders of the trait whose correlation is at least as far from 0 as this one, itself counted.
double permutation_p(std::span<const double> agreement, std::span<const double> trait, double correlation, std::uint64_t seed) {
  const Weights ones(agreement.size(), 1);
  const std::vector<double> x = weighted_ranks(ones, agreement);
  std::vector<double> y = weighted_ranks(ones, trait);
  Random random(seed, Stream::kPairings, 0, 1);  // pairings of rows are part 0
  Index as_far = 1;
  for (Index p = 0; p < kPermutations; ++p) {
    random.shuffle(y);
    as_far += std::abs(weighted_correlation(ones, x, y)) >= std::abs(correlation) - 1e-12;
  }
  return static_cast<double>(as_far) / (1 + kPermutations);
}

std::vector<double> column_of(const TraitTable& table, std::size_t trait) {
  std::vector<double> column;
  for (const SpaceTraits& space : table.spaces) column.push_back(space.values[trait]);
  return column;
}

/// The trends of all kinds with all traits, without their intervals.
std::vector<Trend> trends_of(const std::vector<Kind>& kinds, const TraitTable& table, std::uint64_t seed) {
  const Weights ones(table.spaces.size(), 1);
  std::vector<Trend> trends;
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    for (std::size_t t = 0; t < table.traits.size(); ++t) {
      const std::vector<double>&agreement = kinds[k].agreement.of_space, trait = column_of(table, t);
      const Weights points = points_of(ones, agreement, trait);
      std::vector<double> x, y;
      for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i] == 0) continue;
        x.push_back(agreement[i]);
        y.push_back(trait[i]);
      }
      const double correlation = x.size() < kFewest ? kUndefined : rank_correlation(Weights(x.size(), 1), x, y);
      if (std::isnan(correlation)) continue;
      trends.push_back({k, t, static_cast<Index>(x.size()), correlation, 0, 0, permutation_p(x, y, correlation, seed)});
    }
  }
  return trends;
}

}  // namespace

AgreementTrends measure_trends(const MeasureGrid& grid, const TraitTable& table, std::uint64_t seed) try {
  if (!grid.square) bad_input("needs spaces that are all compared with each other, not layers", "traits");
  AgreementTrends result{in_order_of(grid, table), {}, {}};
  const std::size_t n = grid.row_names.size();
  std::vector<std::pair<const MeasureInfo*, Closeness>> by_value, by_adjusted;
  std::set<std::string> mirrored;
  for (const MeasureInfo& info : measure_catalogue()) {
    if (n < 2 || !grid.cells[1].find(info.key) || mirrored.count(info.key)) continue;
    mirrored.insert(info.mirror);  // its twin of exchanged sides says the same
    by_value.emplace_back(&info, closeness_of(grid, info, false));
    by_adjusted.emplace_back(&info, closeness_of(grid, info, true));
  }
  std::vector<Kind> kinds;
  for (const auto& [name, others] : kinds_of_others(result.table))
    for (const auto* measures : {&by_value, &by_adjusted})
      for (const auto& [info, closeness] : *measures)
        kinds.push_back({{info, name, measures == &by_adjusted, {}}, &closeness, others});
  const Weights ones(n, 1);
  for (Kind& kind : kinds) {
    kind.agreement.of_space = kind.means(ones);
    result.agreements.push_back(kind.agreement);
  }
  result.trends = trends_of(kinds, result.table, seed);
  std::vector<std::vector<double>> traits;
  for (std::size_t t = 0; t < result.table.traits.size(); ++t) traits.push_back(column_of(result.table, t));
  const auto resampled = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    std::size_t last = kinds.size();
    std::vector<double> agreement;
    for (std::size_t i = 0; i < result.trends.size(); ++i) {
      const Trend& trend = result.trends[i];
      if (trend.agreement != last) agreement = kinds[last = trend.agreement].means(weights);
      const std::vector<double>& trait = traits[trend.trait];
      out[i] = rank_correlation(points_of(weights, agreement, trait), agreement, trait);
    }
  };
  const std::vector<Interval> intervals =
      bootstrap(static_cast<Index>(n), kResamples, static_cast<Index>(result.trends.size()), resampled, seed, 1);
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    result.trends[i].low = intervals[i].low;
    result.trends[i].high = intervals[i].high;
  }
  return result;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
