// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/random.h"
#include "core/text/json.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

Matrix random_rows(Index n, Index dim, std::uint64_t seed, double offset = 0.3) {
  Random random(seed);
  Matrix rows(n, dim);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < dim; ++j) rows(i, j) = static_cast<float>(random.normal() + offset);
  }
  return rows;
}

Matrix noisy(const Matrix& rows, double noise, std::uint64_t seed) {
  Random random(seed);
  Matrix out = rows;
  for (Index i = 0; i < rows.rows() * rows.cols(); ++i) out.data()[i] += static_cast<float>(noise * random.normal());
  return out;
}

using Row = std::vector<double>;

Row unit(Row x) {
  const double norm = std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  if (norm > 0) {
    for (double& v : x) v /= norm;
  }
  return x;
}

double cosine(const Row& a, const Row& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

std::vector<Row> unit_rows(const Matrix& m) {
  std::vector<Row> rows;
  for (Index i = 0; i < m.rows(); ++i) rows.push_back(unit(Row(m.row(i), m.row(i) + m.cols())));
  return rows;
}

Row mean_row(const std::vector<Row>& rows) {
  Row mean(rows[0].size());
  for (const Row& row : rows) {
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += row[j] / static_cast<double>(rows.size());
  }
  return mean;
}

void centre(std::vector<Row>& rows, const Row& mean) {
  for (Row& row : rows) {
    for (std::size_t j = 0; j < mean.size(); ++j) row[j] -= mean[j];
    row = unit(row);
  }
}

double mean_of(const Row& x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }

/// Everything by definition, one full pool, pool x pool similarities; the reference for evaluate() without ties.
struct Naive {
  double cosine, cosine_null, centred, centred_null, top1, top10, mean_rank, median_rank, mrr, foscttm;
};

Naive naive_evaluate(const Matrix& translated, const Matrix& truth) {
  std::vector<Row> a = unit_rows(translated), b = unit_rows(truth);
  const std::size_t n = a.size();
  auto pair_means = [&](double& matched, double& mismatched) {
    matched = mismatched = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) (i == j ? matched : mismatched) += cosine(a[i], b[j]);
    }
    matched /= static_cast<double>(n);
    mismatched /= static_cast<double>(n * (n - 1));
  };
  Naive result{};
  pair_means(result.cosine, result.cosine_null);
  const Row mean = mean_row(b);
  centre(a, mean);
  centre(b, mean);
  pair_means(result.centred, result.centred_null);
  Row ranks, top1, top10, reciprocal;
  for (std::size_t i = 0; i < n; ++i) {
    double rank = 1;
    for (std::size_t j = 0; j < n; ++j) {
      const double difference = cosine(a[i], b[j]) - cosine(a[i], b[i]);
      if (j != i) rank += std::abs(difference) < 1e-6 ? 0.5 : difference > 0;
    }
    ranks.push_back(rank);
    top1.push_back(rank <= 1);
    top10.push_back(rank <= 10);
    reciprocal.push_back(1 / rank);
  }
  result.top1 = mean_of(top1);
  result.top10 = mean_of(top10);
  result.mean_rank = mean_of(ranks);
  result.mrr = mean_of(reciprocal);
  result.foscttm = (result.mean_rank - 1) / static_cast<double>(n - 1);
  std::sort(ranks.begin(), ranks.end());
  result.median_rank = 0.5 * (ranks[(n - 1) / 2] + ranks[n / 2]);
  return result;
}

void expect_equal(const Score& a, const Score& b) {
  EXPECT_EQ(a.value, b.value);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_EQ(a.null_value, b.null_value);
}

TEST(Evaluate, AgreesWithTheNaiveReference) {
  const Matrix truth = random_rows(701, 24, 1), translated = noisy(truth, 1.2, 2);
  const Naive naive = naive_evaluate(translated, truth);
  const Evaluation e = evaluate(translated, truth, {}, {.pool = 10000, .bootstrap = 0});
  EXPECT_EQ(e.rows, 701);
  EXPECT_EQ(e.pool, 701);
  EXPECT_GT(naive.mean_rank, 2);  // the noise leaves work for the ranks
  EXPECT_NEAR(e.cosine.value, naive.cosine, 1e-6);
  EXPECT_NEAR(e.cosine.null_value, naive.cosine_null, 1e-6);
  EXPECT_NEAR(e.centred_cosine.value, naive.centred, 1e-6);
  EXPECT_NEAR(e.centred_cosine.null_value, naive.centred_null, 1e-6);
  EXPECT_NEAR(e.top1.value, naive.top1, 2.0 / 701);
  EXPECT_NEAR(e.top10.value, naive.top10, 2.0 / 701);
  EXPECT_NEAR(e.mean_rank.value, naive.mean_rank, 0.01);
  EXPECT_NEAR(e.median_rank.value, naive.median_rank, 0.51);
  EXPECT_NEAR(e.mrr.value, naive.mrr, 0.005);
  EXPECT_NEAR(e.foscttm.value, naive.foscttm, 1e-4);
}

TEST(Evaluate, SeveralTilesAgreeWithTheNaiveReference) {
  const Matrix truth = random_rows(4500, 6, 3), translated = noisy(truth, 0.3, 4);
  const Naive naive = naive_evaluate(translated, truth);
  const Evaluation e = evaluate(translated, truth, {}, {.pool = 4500, .bootstrap = 0});
  EXPECT_NEAR(e.mean_rank.value, naive.mean_rank, 0.02);
  EXPECT_NEAR(e.mrr.value, naive.mrr, 0.002);
}

TEST(Evaluate, PerfectTranslationScoresOne) {
  const Matrix truth = random_rows(300, 16, 5);
  const Evaluation e = evaluate(truth, truth, {});
  EXPECT_NEAR(e.cosine.value, 1, 1e-6);
  EXPECT_NEAR(e.centred_cosine.value, 1, 1e-6);
  EXPECT_EQ(e.top1.value, 1);
  EXPECT_EQ(e.top1.low, 1);
  EXPECT_EQ(e.mean_rank.value, 1);
  EXPECT_EQ(e.median_rank.value, 1);
  EXPECT_EQ(e.mrr.value, 1);
  EXPECT_EQ(e.foscttm.value, 0);
}

TEST(Evaluate, UnrelatedRowsScoreTheNulls) {
  const Matrix truth = random_rows(3000, 32, 6), translated = random_rows(3000, 32, 7);
  const Evaluation e = evaluate(translated, truth, {}, {.pool = 1000});
  EXPECT_EQ(e.top1.null_value, 1e-3);
  EXPECT_EQ(e.top10.null_value, 1e-2);
  EXPECT_EQ(e.mean_rank.null_value, 500.5);
  EXPECT_EQ(e.median_rank.null_value, 500.5);
  EXPECT_EQ(e.foscttm.null_value, 0.5);
  EXPECT_NEAR(e.mrr.null_value, 7.485470860550345 / 1000, 1e-12);
  for (const Score* s : {&e.cosine, &e.centred_cosine, &e.mean_rank, &e.median_rank, &e.foscttm}) {
    const double slack = s->high - s->low;  // four standard errors
    EXPECT_NEAR(s->value, s->null_value, slack);
  }
  EXPECT_NEAR(e.top1.value, e.top1.null_value, 0.003);
}

TEST(Evaluate, EqualRowsAreTiesAndScoreChance) {
  Matrix same(64, 8);
  for (Index i = 0; i < 64; ++i) same(i, 3) = 2.0f;
  const Evaluation e = evaluate(same, same, {});
  EXPECT_EQ(e.mean_rank.value, 32.5);
  EXPECT_NEAR(e.top1.value, e.top1.null_value, 1e-12);
  EXPECT_NEAR(e.top10.value, e.top10.null_value, 1e-12);
  EXPECT_NEAR(e.mrr.value, e.mrr.null_value, 1e-12);
  EXPECT_EQ(e.foscttm.value, 0.5);
}

TEST(Evaluate, ADuplicatedRowCountsHalf) {
  Matrix truth = random_rows(50, 12, 8);
  std::copy(truth.row(7), truth.row(7) + 12, truth.row(31));
  const Evaluation e = evaluate(truth, truth, {}, {.bootstrap = 0});
  EXPECT_NEAR(e.mean_rank.value, 1 + 2 * 0.5 / 50, 1e-12);
  EXPECT_NEAR(e.top1.value, 1 - 2 * 0.5 / 50, 1e-12);
  EXPECT_NEAR(e.mrr.value, 1 - 2 * 0.25 / 50, 1e-12);
}

TEST(Evaluate, DoesNotDependOnThreads) {
  const Matrix truth = random_rows(1500, 20, 9), translated = noisy(truth, 1.0, 10);
  const Evaluation one = evaluate(translated, truth, {}, {.pool = 400, .bootstrap = 100, .seed = 3, .threads = 1});
  const Evaluation three = evaluate(translated, truth, {}, {.pool = 400, .bootstrap = 100, .seed = 3, .threads = 3});
  EXPECT_EQ(one.to_json(), three.to_json());
  expect_equal(one.mean_rank, three.mean_rank);
  expect_equal(one.centred_cosine, three.centred_cosine);
}

TEST(Evaluate, EveryQueryIsRankedAmongExactlyThePool) {
  // All rows equal: the mean rank is (pool + 1) / 2 whatever the split, also when the last pool is filled up.
  Matrix same(130, 4);
  for (Index i = 0; i < 130; ++i) same(i, 0) = 1.0f;
  const Evaluation e = evaluate(same, same, {}, {.pool = 64, .bootstrap = 0});
  EXPECT_EQ(e.pool, 64);
  EXPECT_EQ(e.mean_rank.value, 32.5);
  EXPECT_EQ(e.median_rank.value, 32.5);
}

TEST(Evaluate, SeedChangesThePoolsOnly) {
  const Matrix truth = random_rows(900, 10, 11), translated = noisy(truth, 1.0, 12);
  const Evaluation a = evaluate(translated, truth, {}, {.pool = 100, .bootstrap = 0, .seed = 1});
  const Evaluation b = evaluate(translated, truth, {}, {.pool = 100, .bootstrap = 0, .seed = 2});
  EXPECT_NE(a.mean_rank.value, b.mean_rank.value);
  EXPECT_NEAR(a.mean_rank.value, b.mean_rank.value, 0.1 * a.mean_rank.value);
  EXPECT_NEAR(a.centred_cosine.value, b.centred_cosine.value, 1e-12);
}

TEST(Evaluate, CentresByTheMeanGiven) {
  const Matrix truth = random_rows(200, 5, 13, 1.0), translated = noisy(truth, 0.5, 14);
  const Row own = mean_row(unit_rows(truth));
  Matrix mean(1, 5), zero(1, 5);
  std::copy(own.begin(), own.end(), mean.row(0));
  const Evaluation by_default = evaluate(translated, truth, {}), by_mean = evaluate(translated, truth, mean);
  EXPECT_NEAR(by_default.centred_cosine.value, by_mean.centred_cosine.value, 1e-6);
  const Evaluation uncentred = evaluate(translated, truth, zero);
  EXPECT_NEAR(uncentred.centred_cosine.value, uncentred.cosine.value, 1e-9);
}

TEST(Evaluate, IntervalsCoverLikeTheNormalApproximation) {
  const Matrix truth = random_rows(2000, 16, 15), translated = noisy(truth, 1.5, 16);
  const Evaluation e = evaluate(translated, truth, {}, {.pool = 2000, .bootstrap = 2000});
  const double p = e.top1.value, half_width = 1.96 * std::sqrt(p * (1 - p) / 2000);
  EXPECT_NEAR(e.top1.low, p - half_width, 0.15 * half_width);
  EXPECT_NEAR(e.top1.high, p + half_width, 0.15 * half_width);
  EXPECT_LE(e.median_rank.low, e.median_rank.value);
  EXPECT_GE(e.median_rank.high, e.median_rank.value);
}

TEST(Evaluate, ZeroRowsScoreChance) {
  const Matrix truth = random_rows(100, 8, 17);
  const Evaluation e = evaluate(Matrix(100, 8), truth, {}, {.bootstrap = 0});
  EXPECT_EQ(e.cosine.value, 0);
  EXPECT_NEAR(e.mean_rank.value, 50.5, 1e-9);
}

TEST(Evaluate, RefusesBadInput) {
  const Matrix truth = random_rows(20, 4, 18);
  EXPECT_THROW(evaluate(random_rows(19, 4, 1), truth, {}), Error);
  EXPECT_THROW(evaluate(random_rows(20, 5, 1), truth, {}), Error);
  EXPECT_THROW(evaluate(truth, truth, Matrix(1, 5)), Error);
  EXPECT_THROW(evaluate(Matrix(1, 4), Matrix(1, 4), {}), Error);
  EXPECT_THROW(evaluate(truth, truth, {}, {.pool = 1}), Error);
  EXPECT_THROW(evaluate(truth, truth, {}, {.bootstrap = -1}), Error);
  Matrix broken = truth;
  broken(13, 2) = std::numeric_limits<float>::quiet_NaN();
  try {
    evaluate(broken, truth, {});
    FAIL() << "NaN was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_EQ(error.where(), "the translated rows, row 13");
  }
}

TEST(Evaluate, CanBeCancelledInEachStage) {
  const Matrix truth = random_rows(100, 4, 19);
  for (const std::string_view last_stage : {"rank", "bootstrap"}) {
    EvaluateOptions options;
    options.progress = [=](std::string_view stage, double) { return stage != last_stage; };
    try {
      evaluate(truth, truth, {}, options);
      FAIL() << "was not cancelled in " << last_stage;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
    }
  }
}

TEST(Evaluate, ReportsAreWellFormed) {
  const Matrix truth = random_rows(100, 4, 20);
  const Evaluation e = evaluate(noisy(truth, 0.5, 21), truth, {}, {.pool = 50});
  const auto json = parse_json(e.to_json());
  EXPECT_EQ(json["rows"], 100);
  EXPECT_EQ(json["pool"], 50);
  EXPECT_EQ(json["scores"].size(), 8u);
  EXPECT_EQ(json["scores"]["top1"]["value"], e.top1.value);
  EXPECT_EQ(json["scores"]["mean_rank"]["null"], 25.5);
  EXPECT_NE(e.brief().find("pool of 50"), std::string::npos);
  EXPECT_NE(e.brief().find("95 % interval"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
