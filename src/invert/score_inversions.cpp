// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/boundary.h"
#include "core/random.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "evaluate/bootstrap.h"
#include "evaluate/score_json.h"
#include "invert/overlap.h"
#include "vec2vec/error.h"
#include "vec2vec/text_scores.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMeasures = 6;

std::array<double, kMeasures> values_of(const TextOverlap& o) {
  return {o.token_f1, o.rouge_l, o.bleu, o.exact, o.names.value_or(kUndefined), o.numbers.value_or(kUndefined)};
}

/// One measure: its value of each row, and the mean over other rows' texts. NaN: the row has none.
struct Values {
  std::vector<double> found, null;
};

/// Means over those of the rows that have a value.
Compared compared(const Values& values, std::span<const std::size_t> rows, const ScoreOptions& options) {
  std::vector<double> found, null;
  for (const std::size_t i : rows)
    if (!std::isnan(values.found[i])) {
      found.push_back(values.found[i]);
      null.push_back(values.null[i]);
    }
  Compared result;
  result.rows = static_cast<Index>(found.size());
  if (found.empty()) {
    result.found = result.null = {kUndefined, kUndefined, kUndefined, kUndefined};
    return result;
  }
  const auto statistics = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    out[0] = weighted_mean(weights, found);
    out[1] = weighted_mean(weights, null);
  };
  std::array<double, 2> mean{};
  statistics(std::vector<std::uint32_t>(found.size(), 1u), mean);
  std::vector<Interval> intervals(mean.size(), kNoInterval);
  if (options.bootstrap > 0)
    intervals = bootstrap(result.rows, options.bootstrap, 2, statistics, options.seed, options.threads);
  result.found = {mean[0], intervals[0].low, intervals[0].high, mean[1]};
  result.null = {mean[1], intervals[1].low, intervals[1].high, mean[1]};
  return result;
}

/// The judge's answers, one a pair.
std::vector<double> asked(const LeakJudge& judge, const Pairs& pairs) {
  std::vector<double> answers = judge(pairs);
  if (answers.size() != pairs.size())
    bad_input("gave " + std::to_string(answers.size()) + " answers for " + std::to_string(pairs.size()) + " pairs",
              "the judge");
  return answers;
}

Json json_of(const Compared& c) {
  if (c.rows == 0) return nullptr;
  Json json = {{"rows", c.rows}};
  json.update(json_of(c.found));
  json["null_low"] = c.null.low;
  json["null_high"] = c.null.high;
  return json;
}

}  // namespace

void ScoreOptions::validate() const {
  const CheckOptions check("ScoreOptions");
  check.bootstrap(bootstrap);
  check.at_least(1, others, "others");
  check.at_least(1, judged_others, "judged_others");
  check.at_least(1, strata, "strata");
  check.threads(threads);
}

std::vector<InversionScores> score_inversions(std::span<const std::string> found, std::span<const std::string> truth,
                                              const LeakJudge& judge, const ScoreOptions& options) try {
  options.validate();
  const std::size_t n = found.size();
  if (n < 2 || truth.size() != n)
    bad_input(
        "must be one for each of at least 2 rows, but there are " + std::to_string(truth.size()) + " for " + std::to_string(n),
        "the true texts");
  std::array<Values, kMeasures> measures;
  for (Values& v : measures) v = {std::vector<double>(n), std::vector<double>(n, 0.0)};
  Values leak{std::vector<double>(n), std::vector<double>(n, 0.0)};
  Random random(options.seed, Stream::kInversionNull);
  Pairs pairs;
  for (std::size_t i = 0; i < n; ++i) {
    const auto own = values_of(compare_texts(found[i], truth[i]));
    for (std::size_t m = 0; m < kMeasures; ++m) measures[m].found[i] = own[m];
    pairs.emplace_back(truth[i], found[i]);
    for (Index o = 0; o < options.others; ++o) {
      const auto other = (i + 1 + static_cast<std::size_t>(random.below(static_cast<Index>(n) - 1))) % n;
      const auto null = values_of(compare_texts(found[other], truth[i]));
      for (std::size_t m = 0; m < kMeasures; ++m) measures[m].null[i] += null[m] / static_cast<double>(options.others);
      if (o < options.judged_others) pairs.emplace_back(truth[i], found[other]);
    }
  }
  if (judge) {
    const std::vector<double> answers = asked(judge, pairs);
    const auto others = static_cast<std::size_t>(std::min(options.others, options.judged_others));
    for (std::size_t i = 0; i < n; ++i) {
      const double* of_row = answers.data() + i * (others + 1);
      leak.found[i] = of_row[0] > options.sure;
      leak.null[i] =
          static_cast<double>(std::count_if(of_row + 1, of_row + 1 + others, [&](double a) { return a > options.sure; })) /
          static_cast<double>(others);
    }
  }

  std::vector<std::size_t> length(n), order(n);
  for (std::size_t i = 0; i < n; ++i) length[i] = rouge_words(truth[i]).size();
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return length[a] < length[b]; });
  std::vector<InversionScores> scores;
  const auto add = [&](std::string name, std::span<const std::size_t> rows) {
    const auto of = [&](std::size_t m) { return compared(measures[m], rows, options); };
    InversionScores s{std::move(name), static_cast<Index>(rows.size()), of(0), of(1), of(2), of(3), of(4), of(5), {}};
    if (judge) s.leak = compared(leak, rows, options);
    scores.push_back(std::move(s));
  };
  add("all", order);
  const auto parts = static_cast<std::size_t>(options.strata);
  if (parts > 1 && n >= 10 * parts)
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t begin = part * n / parts, end = (part + 1) * n / parts;
      add(std::to_string(length[order[begin]]) + "-" + std::to_string(length[order[end - 1]]) + " words",
          std::span<const std::size_t>(order).subspan(begin, end - begin));
    }
  return scores;
} catch (...) {
  rethrow_as_error();
}

double unrelated_limit(std::span<const std::string> texts, const LeakJudge& judge, Index pairs, std::uint64_t seed) try {
  const auto n = static_cast<Index>(texts.size());
  if (n < 2) bad_input("must be at least 2", "the public texts");
  if (pairs < 1) bad_input("must be at least 1, but are " + std::to_string(pairs), "the pairs of unrelated texts");
  Random random(seed, Stream::kUnrelatedTexts);
  Pairs unrelated;
  for (Index p = 0; p < std::min(pairs, n * (n - 1)); ++p) {
    const Index a = random.below(n), b = (a + 1 + random.below(n - 1)) % n;
    unrelated.emplace_back(texts[static_cast<std::size_t>(a)], texts[static_cast<std::size_t>(b)]);
  }
  std::vector<double> answers = asked(judge, unrelated);
  std::sort(answers.begin(), answers.end());
  return quantile(answers, 0.95);
} catch (...) {
  rethrow_as_error();
}

std::string to_json(const std::vector<InversionScores>& scores) {
  Json json = Json::array();
  for (const InversionScores& s : scores) {
    Json stratum = {{"stratum", s.stratum},
                    {"rows", s.rows},
                    {"token_f1", json_of(s.token_f1)},
                    {"rouge_l", json_of(s.rouge_l)},
                    {"bleu", json_of(s.bleu)},
                    {"exact", json_of(s.exact)},
                    {"names", json_of(s.names)},
                    {"numbers", json_of(s.numbers)}};
    if (s.leak) stratum["leak"] = json_of(*s.leak);
    json.push_back(std::move(stratum));
  }
  return json_text(json, 2);
}

std::string brief(const std::vector<InversionScores>& scores) {
  std::string text;
  for (const InversionScores& s : scores) {
    text += laid_out("{}, {} rows:\n", s.stratum, s.rows);
    const auto line = [&](const char* name, const Compared& c) {
      if (c.rows == 0) return;
      const auto interval = [](const Score& score) {
        return std::isnan(score.low) ? std::string() : laid_out(" ({} to {})", fixed(score.low, 3), fixed(score.high, 3));
      };
      text += laid_out("  {<10}{}{}, by chance {}{}\n", name, fixed(c.found.value, 3), interval(c.found),
                       fixed(c.null.value, 3), interval(c.null));
    };
    line("token F1", s.token_f1);
    line("ROUGE-L", s.rouge_l);
    line("BLEU", s.bleu);
    line("exact", s.exact);
    line("names", s.names);
    line("numbers", s.numbers);
    if (s.leak) line("leak", *s.leak);
  }
  return text;
}

}  // namespace vec2vec
