// SPDX-License-Identifier: Apache-2.0
#include "measure/families/lists.h"

#include <algorithm>
#include <numeric>

#include "measure/catalogue.h"

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

ListScores list_scores(const Neighbours& a, const Neighbours& b, const Pairing& pairing, const MeasureOptions& options) {
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
  const auto of_a = [&](Index i) { return a.of(i); };
  const auto of_b = [&](Index i) { return List(translated.data() + i * k, static_cast<std::size_t>(k)); };

  ListScores scores;
  const auto fill = [&](const char* key, std::vector<double>& out, const auto& score_of_row) {
    if (!wanted(key, options)) return;
    out.resize(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) out[static_cast<std::size_t>(i)] = static_cast<double>(score_of_row(i));
  };
  const auto returns = [](Index i, List list, const auto& of_other) {
    return std::any_of(list.begin(), list.end(), [&](std::int32_t j) { return holds(of_other(j), i); });
  };
  std::vector<Index> scratch(static_cast<std::size_t>(k) + 1);
  fill("mutual_knn", scores.mutual, [&](Index i) {
    const List x = of_a(i), y = of_b(i);
    const auto shared = std::count_if(x.begin(), x.end(), [&](std::int32_t j) { return holds(y, j); });
    return static_cast<double>(shared) / static_cast<double>(k);
  });
  fill("cycle_knn", scores.cycle, [&](Index i) { return returns(i, of_b(i), of_a); });
  fill("cycle_knn_back", scores.cycle_back, [&](Index i) { return returns(i, of_a(i), of_b); });
  fill("lcs_knn", scores.lcs, [&](Index i) { return longest_common_subsequence(of_a(i), of_b(i), scratch); });
  fill("edit_knn", scores.edit, [&](Index i) { return edit_distance(of_a(i), of_b(i), scratch); });
  return scores;
}

std::vector<Estimate> measure_lists(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows();
  const auto k = static_cast<double>(a.near.k);
  std::vector<const char*> keys;
  for (const char* key : {"mutual_knn", "cycle_knn", "cycle_knn_back", "lcs_knn", "edit_knn"})
    if (wanted(key, options)) keys.push_back(key);
  // One list of row values for each key.
  const auto per_row = [&](const Pairing& pairing) {
    ListScores scores = list_scores(a.near, b.near, pairing, options);
    for (double& x : scores.lcs) x /= k;
    for (double& x : scores.edit) x = 1 - x / k;
    std::vector<std::vector<double>> values;
    for (auto* rows : {&scores.mutual, &scores.cycle, &scores.cycle_back, &scores.lcs, &scores.edit})
      if (!rows->empty()) values.push_back(std::move(*rows));
    return values;
  };
  const auto rows = per_row(identity_pairing(n));
  std::vector<Interval> intervals;
  if (options.bootstrap > 0) {
    intervals = bootstrap(
        n, options.bootstrap, keys.size(),
        [&](std::span<const std::uint32_t> weights, std::span<double> out) {
          for (std::size_t s = 0; s < keys.size(); ++s) out[s] = weighted_mean(weights, rows[s]);
        },
        options.seed, options.threads, options.progress);
  }
  const auto mean = [&](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  };
  auto null = null_values(
      n, affordable_permutations(options.permutations, 20 * k * k * static_cast<double>(n)), keys.size(),
      [&](const Pairing& pairing, std::span<double> out) {
        const auto permuted = per_row(pairing);
        for (std::size_t s = 0; s < keys.size(); ++s) out[s] = mean(permuted[s]);
      },
      options, "null of k-NN", options.threads);

  std::vector<Estimate> estimates;
  for (std::size_t s = 0; s < keys.size(); ++s) {
    const double value = mean(rows[s]);
    estimates.push_back({keys[s], value, intervals.empty() ? kNoInterval : intervals[s], std::move(null[s]), n});
  }
  return estimates;
}

}  // namespace vec2vec
