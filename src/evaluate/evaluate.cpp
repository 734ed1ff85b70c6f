// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/evaluate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "core/boundary.h"
#include "core/parallel.h"
#include "evaluate/bootstrap.h"
#include "evaluate/ranking.h"
#include "evaluate/unit_rows.h"
#include "space/check_rows.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Cosines of the n true pairs, and what the mean over mismatched pairs is.
struct PairCosines {
  std::vector<double> raw, centred;
  double raw_null = 0, centred_null = 0;
};

/// Sums of unit rows over one block: raw and centred, translated and truth.
struct UnitSums {
  std::vector<double> raw_translated, raw_truth, centred_translated, centred_truth;
  explicit UnitSums(std::size_t dim) : raw_translated(dim), raw_truth(dim), centred_translated(dim), centred_truth(dim) {}
};

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(std::span<const double> row, std::span<double> sum) {
  for (std::size_t j = 0; j < row.size(); ++j) sum[j] += row[j];
}

void require_finite(double norm, const char* side, Index row) {
  if (!std::isfinite(norm)) refuse_row(side, row);
}

/// Mean cosine over the n (n - 1) mismatched pairs: the sums of unit rows give that of all pairs, less the n true ones.
double mismatched_mean(std::span<const double> sum_a, std::span<const double> sum_b, std::span<const double> true_cosines) {
  const auto n = static_cast<double>(true_cosines.size());
  const double matched = std::accumulate(true_cosines.begin(), true_cosines.end(), 0.0);
  return (dot(sum_a, sum_b) - matched) / (n * (n - 1));
}

PairCosines pair_cosines(MatrixView translated, MatrixView truth, std::span<const float> mean, int threads) {
  const auto n = static_cast<std::size_t>(truth.rows), dim = static_cast<std::size_t>(truth.cols);
  const Index blocks = (truth.rows + kRowsATask - 1) / kRowsATask;
  PairCosines result{std::vector<double>(n), std::vector<double>(n)};
  std::vector<UnitSums> sums(static_cast<std::size_t>(blocks), UnitSums(dim));
  parallel_for(blocks, threads, [&](Index block) {
    UnitSums& sum = sums[static_cast<std::size_t>(block)];
    std::vector<double> a(dim), b(dim);
    for (Index i = block * kRowsATask; i < std::min(truth.rows, (block + 1) * kRowsATask); ++i) {
      require_finite(unit_row(translated.row(i), truth.cols, a), "the translated rows", i);
      require_finite(unit_row(truth.row(i), truth.cols, b), "the true rows", i);
      result.raw[static_cast<std::size_t>(i)] = dot(a, b);
      add(a, sum.raw_translated);
      add(b, sum.raw_truth);
      centred_unit_row(translated.row(i), mean, a);
      centred_unit_row(truth.row(i), mean, b);
      result.centred[static_cast<std::size_t>(i)] = dot(a, b);
      add(a, sum.centred_translated);
      add(b, sum.centred_truth);
    }
  });
  UnitSums total(dim);
  for (const UnitSums& sum : sums) {
    add(sum.raw_translated, total.raw_translated);
    add(sum.raw_truth, total.raw_truth);
    add(sum.centred_translated, total.centred_translated);
    add(sum.centred_truth, total.centred_truth);
  }
  result.raw_null = mismatched_mean(total.raw_translated, total.raw_truth, result.raw);
  result.centred_null = mismatched_mean(total.centred_translated, total.centred_truth, result.centred);
  return result;
}

/// H_0 .. H_count, the harmonic numbers.
std::vector<double> harmonic_numbers(Index count) {
  std::vector<double> h(static_cast<std::size_t>(count) + 1);
  for (std::size_t k = 1; k < h.size(); ++k) h[k] = h[k - 1] + 1.0 / static_cast<double>(k);
  return h;
}

/// One value a query for each score, the queries in the order of their rank (so that medians need no sorting).
struct QueryScores {
  std::vector<double> cosine, centred_cosine, top1, top10, rank, mrr;
};

QueryScores query_scores(const PairCosines& cosines, const std::vector<Standing>& standings,
                         const std::vector<double>& harmonic) {
  std::vector<std::size_t> order(standings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return standings[i].rank() < standings[j].rank(); });
  QueryScores scores;
  for (const std::size_t i : order) {
    const Standing& s = standings[i];
    scores.cosine.push_back(cosines.raw[i]);
    scores.centred_cosine.push_back(cosines.centred[i]);
    scores.top1.push_back(s.within(1));
    scores.top10.push_back(s.within(10));
    scores.rank.push_back(s.rank());
    const auto first = static_cast<std::size_t>(s.above), last = static_cast<std::size_t>(s.above + s.ties + 1);
    scores.mrr.push_back((harmonic[last] - harmonic[first]) / static_cast<double>(s.ties + 1));
  }
  return scores;
}

}  // namespace

void EvaluateOptions::validate() const {
  const CheckOptions check("EvaluateOptions");
  check.at_least(2, pool, "pool");
  check.bootstrap(bootstrap);
  check.threads(threads);
}

Evaluation evaluate(MatrixView translated, MatrixView truth, MatrixView mean, const EvaluateOptions& options) try {
  options.validate();
  const auto shape = [](MatrixView m) { return std::to_string(m.rows) + " x " + std::to_string(m.cols); };
  if (translated.rows != truth.rows || translated.cols != truth.cols) {
    bad_input("translated rows are " + shape(translated) + ", true rows " + shape(truth), "evaluate",
              "give rows that belong together one to one");
  }
  if (truth.rows < 2 || truth.cols < 1) bad_input("an evaluation needs at least 2 rows, but there are " + shape(truth));
  if (mean.rows > 0 && (mean.rows != 1 || mean.cols != truth.cols)) {
    bad_input("the mean is " + shape(mean) + ", the rows have dimension " + std::to_string(truth.cols));
  }

  const std::vector<float> centre =
      mean.rows > 0 ? std::vector<float>(mean.data, mean.data + mean.cols) : mean_of_unit_rows(truth, options.threads);
  const PairCosines cosines = pair_cosines(translated, truth, centre, options.threads);
  const std::vector<float> true_cosine(cosines.centred.begin(), cosines.centred.end());

  Evaluation result;
  result.rows = truth.rows;
  result.pool = std::min(options.pool, truth.rows);
  const std::vector<Standing> standings =
      rank_true_rows({translated, truth, centre, true_cosine, result.pool}, options.seed, options.threads, options.progress);
  const std::vector<double> harmonic = harmonic_numbers(result.pool);
  const QueryScores queries = query_scores(cosines, standings, harmonic);

  const auto pool = static_cast<double>(result.pool);
  const auto statistics = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    out[0] = weighted_mean(weights, queries.cosine);
    out[1] = weighted_mean(weights, queries.centred_cosine);
    out[2] = weighted_mean(weights, queries.top1);
    out[3] = weighted_mean(weights, queries.top10);
    out[4] = weighted_mean(weights, queries.rank);
    out[5] = weighted_median(weights, queries.rank);
    out[6] = weighted_mean(weights, queries.mrr);
    out[7] = (out[4] - 1) / (pool - 1);
  };
  const std::array<Score*, 8> scores = {&result.cosine,    &result.centred_cosine, &result.top1, &result.top10,
                                        &result.mean_rank, &result.median_rank,    &result.mrr,  &result.foscttm};
  const double mean_rank_null = (pool + 1) / 2;
  const std::array<double, 8> nulls = {
      cosines.raw_null, cosines.centred_null,   1 / pool, std::min(10.0, pool) / pool, mean_rank_null,
      mean_rank_null,   harmonic.back() / pool, 0.5};
  std::array<double, 8> values{};
  statistics(std::vector<std::uint32_t>(static_cast<std::size_t>(result.rows), 1u), values);
  std::vector<Interval> intervals;
  if (options.bootstrap > 0) {
    intervals = bootstrap(result.rows, options.bootstrap, static_cast<Index>(values.size()), statistics, options.seed,
                          options.threads, options.progress);
  }
  for (std::size_t s = 0; s < scores.size(); ++s) {
    const Interval interval = intervals.empty() ? kNoInterval : intervals[s];
    *scores[s] = {values[s], interval.low, interval.high, nulls[s]};
  }
  return result;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
