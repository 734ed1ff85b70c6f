#include "measure/lists.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace vec2vec {
namespace {

using List = std::span<const std::int32_t>;

bool holds(List list, Index row) { return std::find(list.begin(), list.end(), static_cast<std::int32_t>(row)) != list.end(); }

/// Both by dynamic programming over prefixes; row is scratch of list length + 1.
Index longest_common_subsequence(List x, List y, std::vector<Index>& row) {
  std::fill(row.begin(), row.end(), Index{0});
  for (const std::int32_t value : x) {
    Index diagonal = 0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const Index above = row[j + 1];
      row[j + 1] = value == y[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return row[y.size()];
}

Index edit_distance(List x, List y, std::vector<Index>& row) {
  std::iota(row.begin(), row.end(), Index{0});
  for (std::size_t i = 0; i < x.size(); ++i) {
    Index diagonal = row[0];
    row[0] = static_cast<Index>(i) + 1;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const Index above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (x[i] != y[j])});
      diagonal = above;
    }
  }
  return row[y.size()];
}

}  // namespace

ListScores list_scores(const Neighbours& a, const Neighbours& b, const Pairing& pairing) {
  const Index n = a.rows, k = a.k;
  const Pairing inverse = inverse_of(pairing);
  // B's neighbours as rows of A.
  std::vector<std::int32_t> translated(static_cast<std::size_t>(n * k));
  for (Index i = 0; i < n; ++i) {
    const List list = b.of(pairing[static_cast<std::size_t>(i)]);
    for (Index p = 0; p < k; ++p) {
      const auto row = static_cast<std::size_t>(list[static_cast<std::size_t>(p)]);
      translated[static_cast<std::size_t>(i * k + p)] = static_cast<std::int32_t>(inverse[row]);
    }
  }
  const auto of_b = [&](Index i) { return List(translated.data() + i * k, static_cast<std::size_t>(k)); };

  const auto size = static_cast<std::size_t>(n);
  ListScores scores{std::vector<double>(size), std::vector<double>(size), std::vector<double>(size), std::vector<double>(size),
                    std::vector<double>(size)};
  std::vector<Index> scratch(static_cast<std::size_t>(k) + 1);
  for (Index i = 0; i < n; ++i) {
    const List x = a.of(i), y = of_b(i);
    const auto row = static_cast<std::size_t>(i);
    const auto shared = std::count_if(x.begin(), x.end(), [&](std::int32_t j) { return holds(y, j); });
    scores.mutual[row] = static_cast<double>(shared) / static_cast<double>(k);
    scores.cycle[row] = std::any_of(y.begin(), y.end(), [&](std::int32_t j) { return holds(a.of(j), i); });
    scores.cycle_back[row] = std::any_of(x.begin(), x.end(), [&](std::int32_t j) { return holds(of_b(j), i); });
    scores.lcs[row] = static_cast<double>(longest_common_subsequence(x, y, scratch));
    scores.edit[row] = static_cast<double>(edit_distance(x, y, scratch));
  }
  return scores;
}

std::vector<Estimate> measure_lists(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows();
  const auto k = static_cast<double>(a.near.k);
  constexpr std::size_t kCount = 5;
  static constexpr std::array<const char*, kCount> kKeys = {"mutual_knn", "cycle_knn", "cycle_knn_back", "lcs_knn", "edit_knn"};
  const auto per_row = [&](const Pairing& pairing) {
    ListScores scores = list_scores(a.near, b.near, pairing);
    for (double& x : scores.lcs) x /= k;
    for (double& x : scores.edit) x = 1 - x / k;
    return std::array<std::vector<double>, kCount>{std::move(scores.mutual), std::move(scores.cycle),
                                                   std::move(scores.cycle_back), std::move(scores.lcs), std::move(scores.edit)};
  };
  const auto rows = per_row(identity_pairing(n));
  std::vector<Interval> intervals;
  if (options.bootstrap > 0) {
    intervals = bootstrap(
        n, options.bootstrap, kCount,
        [&](std::span<const std::uint32_t> weights, std::span<double> out) {
          for (std::size_t s = 0; s < kCount; ++s) out[s] = weighted_mean(weights, rows[s]);
        },
        options.seed, options.threads, options.progress);
  }
  const auto mean = [&](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  };
  auto null = null_values(
      n, affordable_permutations(options.permutations, 20 * k * k * static_cast<double>(n)), kCount,
      [&](const Pairing& pairing, std::span<double> out) {
        const auto permuted = per_row(pairing);
        for (std::size_t s = 0; s < kCount; ++s) out[s] = mean(permuted[s]);
      },
      options, "null of k-NN", options.threads);

  std::vector<Estimate> estimates;
  for (std::size_t s = 0; s < kCount; ++s) {
    const double value = mean(rows[s]);
    estimates.push_back({kKeys[s], value, intervals.empty() ? Interval{value, value} : intervals[s], std::move(null[s]), n});
  }
  return estimates;
}

}  // namespace vec2vec
