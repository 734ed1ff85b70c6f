// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>

#include "core/boundary.h"
#include "core/random.h"
#include "evaluate/bootstrap.h"
#include "vec2vec/error.h"
#include "vec2vec/words.h"

namespace vec2vec {
namespace {

using Words = std::set<std::string>;

struct Overlap {
  double precision = 0, recall = 0, f1 = 0;
};

Overlap overlap(const Words& found, const Words& truth) {
  double hits = 0;
  for (const std::string& word : found) hits += truth.count(word) > 0;
  const auto a = static_cast<double>(found.size()), b = static_cast<double>(truth.size());
  return {a > 0 ? hits / a : 0, b > 0 ? hits / b : 0, a + b > 0 ? 2 * hits / (a + b) : 0};
}

}  // namespace

WordScores score_words(const WordDictionary& dictionary, const std::vector<std::vector<WeightedWord>>& found,
                       std::span<const std::string> texts, Index resamples, std::uint64_t seed, int threads) try {
  const std::size_t n = found.size();
  if (n < 2 || texts.size() != n)
    bad_input(
        "must be one for each of at least 2 rows, but there are " + std::to_string(texts.size()) + " for " + std::to_string(n),
        "the true texts");
  std::vector<Words> guessed(n), truth(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (const WeightedWord& w : found[i])
      for (std::string& word : words_of(dictionary.words()[static_cast<std::size_t>(w.word)]))
        guessed[i].insert(std::move(word));
    for (std::string& word : words_of(texts[i])) truth[i].insert(std::move(word));
  }
  constexpr int kOthers = 20;
  std::array<std::vector<double>, 6> values;  // precision, recall, f1 and the same against other rows' texts
  for (auto& v : values) v.assign(n, 0.0);
  Random random(seed, Stream::kOtherTexts);
  for (std::size_t i = 0; i < n; ++i) {
    const Overlap own = overlap(guessed[i], truth[i]);
    values[0][i] = own.precision;
    values[1][i] = own.recall;
    values[2][i] = own.f1;
    for (int o = 0; o < kOthers; ++o) {
      const auto other = (i + 1 + static_cast<std::size_t>(random.below(static_cast<Index>(n) - 1))) % n;
      const Overlap null = overlap(guessed[i], truth[other]);
      values[3][i] += null.precision / kOthers;
      values[4][i] += null.recall / kOthers;
      values[5][i] += null.f1 / kOthers;
    }
  }
  const auto statistics = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    for (std::size_t s = 0; s < values.size(); ++s) out[s] = weighted_mean(weights, values[s]);
  };
  std::array<double, 6> means{};
  statistics(std::vector<std::uint32_t>(n, 1u), means);
  std::vector<Interval> intervals(means.size(), kNoInterval);
  if (resamples > 0)
    intervals = bootstrap(static_cast<Index>(n), resamples, static_cast<Index>(means.size()), statistics, seed, threads);
  const auto score = [&](std::size_t s, double null) { return Score{means[s], intervals[s].low, intervals[s].high, null}; };
  return {score(0, means[3]), score(1, means[4]), score(2, means[5]), score(5, means[5])};
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
