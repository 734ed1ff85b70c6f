// SPDX-License-Identifier: Apache-2.0
#include "portrait/groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/random.h"
#include "space/kmeans.h"
#include "vec2vec/words.h"

namespace vec2vec {

Matrix group_means(MatrixView rows, const std::vector<int>& of, Index k) {
  Matrix means(k, rows.cols);
  std::vector<Index> sizes(static_cast<std::size_t>(k));
  for (Index i = 0; i < rows.rows; ++i) {
    const int g = of[static_cast<std::size_t>(i)];
    ++sizes[static_cast<std::size_t>(g)];
    for (Index j = 0; j < rows.cols; ++j) means(g, j) += rows.row(i)[j];
  }
  for (Index g = 0; g < k; ++g)
    for (Index j = 0; j < rows.cols; ++j)
      means(g, j) /= static_cast<float>(std::max(Index{1}, sizes[static_cast<std::size_t>(g)]));
  return means;
}

Groups make_groups(MatrixView rows, Index k, std::uint64_t seed) {
  constexpr int kSteps = 20;
  Random random(seed);
  k = std::min(k, rows.rows);
  const std::vector<int> of = nearest_centroids(rows, kmeans_anchors(rows, k, kSteps, random));
  std::vector<Index> sizes(static_cast<std::size_t>(k)), order(static_cast<std::size_t>(k));
  for (const int g : of) ++sizes[static_cast<std::size_t>(g)];
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return sizes[static_cast<std::size_t>(a)] > sizes[static_cast<std::size_t>(b)]; });
  std::vector<int> rank(static_cast<std::size_t>(k));
  for (std::size_t r = 0; r < order.size(); ++r) rank[static_cast<std::size_t>(order[r])] = static_cast<int>(r);
  Groups groups;
  for (const int g : of) groups.of.push_back(rank[static_cast<std::size_t>(g)]);
  groups.middles = group_means(rows, groups.of, k);
  return groups;
}

std::vector<std::vector<std::string>> group_words(const std::vector<std::string>& texts, const std::vector<int>& of, Index k,
                                                  std::size_t most) {
  constexpr double kLeastTexts = 3;
  const auto groups = static_cast<std::size_t>(k);
  std::map<std::string, std::vector<double>> counts;  // texts of each group that hold the word
  std::vector<double> sizes(groups);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto g = static_cast<std::size_t>(of[i]);
    ++sizes[g];
    for (const std::string& word : words_of(texts[i]))
      if (word.size() > 2) {
        std::vector<double>& count = counts[word];
        count.resize(groups);
        ++count[g];
      }
  }
  const double all = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  std::vector<std::vector<std::string>> names(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    std::vector<std::pair<double, std::string>> scored;
    for (const auto& [word, count] : counts) {
      if (count[g] < kLeastTexts) continue;
      const double part = std::accumulate(count.begin(), count.end(), 0.0) / all;
      const double z = (count[g] / sizes[g] - part) / std::sqrt(part * (1 - part) / sizes[g] + 1e-12);
      if (z > 2) scored.emplace_back(-z, word);
    }
    std::sort(scored.begin(), scored.end());
    for (std::size_t w = 0; w < std::min(most, scored.size()); ++w) names[g].push_back(scored[w].second);
  }
  return names;
}

}  // namespace vec2vec
