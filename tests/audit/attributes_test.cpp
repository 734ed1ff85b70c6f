// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/attributes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audit/attacks/auc.h"
#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Rows that lie near the vector of their only label, by `signal`, in noise; label i % labels is twice as frequent for 0.
struct Planted {
  Matrix labels, rows;
  std::vector<std::string> names;
  std::vector<std::vector<Index>> truth;

  Planted(Index n, Index m, Index d, float signal, std::uint64_t seed) : labels(random_unit(m, d, seed)), rows(n, d) {
    const Matrix noise = random_unit(n, d, seed + 1);
    for (Index l = 0; l < m; ++l) names.push_back("label " + std::to_string(l));
    for (Index i = 0; i < n; ++i) {
      const Index label = i % (m + 1) % m;
      truth.push_back({label});
      for (Index c = 0; c < d; ++c) rows(i, c) = signal * labels(label, c) + noise(i, c);
    }
  }
  AttributeProblem problem() const { return {rows, labels, names, truth}; }
};

AttributeOptions quick() {
  AttributeOptions options;
  options.bootstrap = 100;
  return options;
}

TEST(Auc, CountsWonPairsAndTiesHalf) {
  const std::vector<float> scores = {0.1f, 0.4f, 0.4f, 0.9f};
  const Auc auc(scores, {false, true, false, true});
  EXPECT_DOUBLE_EQ(auc(std::vector<std::uint32_t>{1, 1, 1, 1}), (1 + 0.5 + 2) / 4);
  EXPECT_DOUBLE_EQ(auc(std::vector<std::uint32_t>{0, 2, 1, 0}), 0.5) << "weights are counts";
  EXPECT_TRUE(std::isnan(auc(std::vector<std::uint32_t>{1, 0, 1, 0}))) << "no positives";
}

TEST(Attributes, PlantedLabelsAreReadAndTheBaselinesAreNot) {
  const Planted planted(600, 6, 48, 2, 1);
  const Matrix native = planted.rows, untranslated = random_matrix(600, 48, 9);
  AttributeProblem problem = planted.problem();
  problem.native = native;
  problem.untranslated = untranslated;
  const AttributeInference found = infer_attributes(problem, quick());
  const AttributeScores &ours = *found.find("translated"), &oracle = *found.find("oracle"),
                        &naive = *found.find("untranslated"), &majority = *found.find("majority");
  EXPECT_GT(ours.top1.value, 0.9);
  EXPECT_GT(ours.auc.low, 0.95);
  EXPECT_LT(ours.mean_rank.value, 1.2);
  EXPECT_EQ(oracle.top1.value, ours.top1.value) << "the same rows";
  EXPECT_NEAR(naive.auc.value, 0.5, 0.06);
  EXPECT_NEAR(naive.top1.value, 1.0 / 6, 0.06);
  EXPECT_NEAR(majority.top1.value, 2.0 / 7, 0.01) << "label 0 has two rows of seven";
  EXPECT_EQ(majority.auc.value, 0.5);
  // Guesses are nearly the truth, so shuffled truth is hit as often as two draws agree: (2/7)^2 + 5 (1/7)^2.
  EXPECT_NEAR(ours.top1.null_value, 9.0 / 49, 0.03);
  EXPECT_LE(ours.top1.low, ours.top1.value);
  EXPECT_GE(ours.top1.high, ours.top1.value);
  EXPECT_LT(ours.top1.high - ours.top1.low, 0.08);
}

TEST(Attributes, SeveralLabelsARowCountAsPrecisionAndRecall) {
  Matrix labels(4, 4), rows(12, 4);
  std::vector<std::vector<Index>> truth;
  for (Index l = 0; l < 4; ++l) labels(l, l) = 1;
  for (Index i = 0; i < 12; ++i) {  // row i holds labels i and i + 1, the first more strongly
    rows(i, i % 4) = 2;
    rows(i, (i + 1) % 4) = 1;
    truth.push_back({(i + 1) % 4, i % 4, i % 4});  // any order, repeats
  }
  AttributeOptions options = quick();
  options.k = 2;
  const AttributeInference found = infer_attributes({rows, labels, {"a", "b", "c", "d"}, truth}, options);
  const AttributeScores& ours = *found.find("translated");
  EXPECT_EQ(ours.top1.value, 1);
  EXPECT_EQ(ours.precision.value, 1);
  EXPECT_EQ(ours.recall.value, 1);
  EXPECT_EQ(ours.mean_rank.value, 1.5);
  EXPECT_EQ(found.attributes[0].rows, 6);
  EXPECT_EQ(found.attributes[0].guessed, 3);
  EXPECT_NE(found.find("random rows"), nullptr) << "stands in for rows of another dimension";
}

TEST(Attributes, RowsWithoutLabelsAreGuessedNotScored) {
  Planted planted(200, 5, 16, 2, 3);
  const AttributeInference unscored = infer_attributes({planted.rows, planted.labels, planted.names}, quick());
  EXPECT_TRUE(unscored.readers.empty());
  EXPECT_EQ(unscored.guesses.size(), 200u);
  EXPECT_NE(unscored.brief().find("not scored"), std::string::npos);
  for (std::size_t i = 0; i < 100; ++i) planted.truth[i].clear();
  EXPECT_EQ(infer_attributes(planted.problem(), quick()).scored_rows, 100);
}

TEST(Attributes, SameForAnyNumberOfThreads) {
  const Planted planted(2500, 5, 16, 1, 4);
  AttributeOptions one = quick(), three = quick();
  one.threads = 1;
  three.threads = 3;
  EXPECT_EQ(infer_attributes(planted.problem(), one).to_json(), infer_attributes(planted.problem(), three).to_json());
}

TEST(Attributes, RefusesWhatDoesNotFit) {
  const Planted planted(20, 3, 8, 1, 5);
  const Matrix other = random_matrix(3, 7, 1);
  EXPECT_THROW(infer_attributes({planted.rows, other, planted.names}, quick()), Error);
  EXPECT_THROW(infer_attributes({planted.rows, planted.labels, {"one"}}, quick()), Error);
  EXPECT_THROW(infer_attributes({planted.rows, planted.labels, planted.names, {{0}}}, quick()), Error);
  AttributeProblem problem = planted.problem();
  problem.truth[7] = {3};
  EXPECT_THROW(infer_attributes(problem, quick()), Error);
  Matrix broken = planted.rows;
  broken(4, 2) = std::nanf("");
  problem = planted.problem();
  problem.rows = broken;
  try {
    infer_attributes(problem, quick());
    FAIL() << "NaN went through";
  } catch (const Error& error) {
    EXPECT_EQ(error.where().substr(error.where().rfind(", ")), ", row 4");
  }
}

}  // namespace
}  // namespace vec2vec
