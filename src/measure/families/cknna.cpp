// SPDX-License-Identifier: Apache-2.0
#include "measure/families/cknna.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace vec2vec {
namespace {

/// The place of row in list, or -1.
Index place_in(std::span<const std::int32_t> list, Index row) {
  const auto found = std::find(list.begin(), list.end(), static_cast<std::int32_t>(row));
  return found == list.end() ? -1 : found - list.begin();
}

/// A random group of each row, for the jackknife.
std::vector<Index> random_groups(Index n, std::uint64_t seed) {
  const std::vector<Index> order = fold_order(n, seed);
  std::vector<Index> group(order.size());
  for (Index g = 0; g < kJackknifeGroups; ++g) {
    const Range range = group_range(n, kJackknifeGroups, g);
    for (Index p = range.begin; p < range.end; ++p) group[static_cast<std::size_t>(order[static_cast<std::size_t>(p)])] = g;
  }
  return group;
}

}  // namespace

double mutual_hsic(const Neighbours& a, const Neighbours& b, const Pairing& pairing, const std::vector<Index>& group,
                   Index left_out) {
  const auto size = static_cast<std::size_t>(a.rows);
  const auto kept = [&](Index i) { return left_out < 0 || group[static_cast<std::size_t>(i)] != left_out; };
  const auto of_b = [&](Index i) { return pairing[static_cast<std::size_t>(i)]; };
  // Sums of the masked kernels K and L: over columns of K, over rows of L, over both, and of K_ij L_ji.
  std::vector<double> k_column(size), l_row(size);
  double k_sum = 0, l_sum = 0, product = 0, rows = 0;
  for (Index i = 0; i < a.rows; ++i) {
    if (!kept(i)) continue;
    ++rows;
    const auto list_a = a.of(i), list_b = b.of(of_b(i));
    for (std::size_t p = 0; p < list_a.size(); ++p) {
      const Index j = list_a[p];
      if (!kept(j)) continue;
      const Index q = place_in(list_b, of_b(j));
      if (q < 0) continue;
      const double k_ij = a.similarity_of(i)[p], l_ij = b.similarity_of(of_b(i))[static_cast<std::size_t>(q)];
      k_column[static_cast<std::size_t>(j)] += k_ij;
      l_row[static_cast<std::size_t>(i)] += l_ij;
      k_sum += k_ij;
      l_sum += l_ij;
      if (place_in(a.of(j), i) >= 0 && place_in(b.of(of_b(j)), of_b(i)) >= 0) product += k_ij * l_ij;
    }
  }
  double crossed = 0;
  for (std::size_t i = 0; i < size; ++i) crossed += k_column[i] * l_row[i];
  return (product + k_sum * l_sum / ((rows - 1) * (rows - 2)) - 2 * crossed / (rows - 2)) / (rows * (rows - 3));
}

std::vector<Estimate> measure_cknna(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows();
  const Pairing identity = identity_pairing(n);
  const std::vector<Index> group = random_groups(n, options.seed);
  // Without group g, the last task with all rows.
  std::vector<double> values(static_cast<std::size_t>(kJackknifeGroups) + 1);
  double scale = 0;
  parallel_for(kJackknifeGroups + 1, options.threads, [&](Index t) {
    const Index left_out = t < kJackknifeGroups ? t : -1;
    const double both = std::sqrt(mutual_hsic(a.near, a.near, identity, group, left_out) *
                                  mutual_hsic(b.near, b.near, identity, group, left_out));
    values[static_cast<std::size_t>(t)] = mutual_hsic(a.near, b.near, identity, group, left_out) / both;
    if (left_out < 0) scale = both;
  });
  const double value = values.back();
  values.pop_back();
  const auto k = static_cast<double>(a.near.k);
  auto null = null_values(
      n, affordable_permutations(options.permutations, 10 * k * k * static_cast<double>(n)), 1,
      [&](const Pairing& pairing, std::span<double> out) { out[0] = mutual_hsic(a.near, b.near, pairing) / scale; }, options,
      "null of CKNNA", options.threads);
  return {{"cknna", value, jackknife_interval(value, values), std::move(null[0]), n}};
}

}  // namespace vec2vec
