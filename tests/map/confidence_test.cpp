// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/confidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "random_matrix.h"
#include "space/unit.h"
#include "temp_dir.h"
#include "vec2vec/align.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

Matrix demo(const std::string& name) { return read_all(*open_rows(std::string(VEC2VEC_DEMO_DATA) + "/" + name)); }

std::vector<RowConfidence> score(const Map& map, MatrixView rows, MatrixView store) {
  std::vector<RowConfidence> out(static_cast<std::size_t>(rows.rows));
  ConfidenceScorer(map, store, 2).score(rows, out.data());
  return out;
}

/// Centred cosines (n, m) of translated rows with a store, by the plain formula.
Matrix cosines_of(const Map& map, MatrixView rows, MatrixView store) {
  Matrix v(rows.rows, map.target_dim()), y(store.rows, store.cols), s(rows.rows, store.rows);
  map.translate_centred(rows, v.span());
  for (Index j = 0; j < store.rows; ++j) std::copy_n(store.row(j), store.cols, y.row(j));
  normalise_rows(y.span());
  for (Index j = 0; j < store.rows; ++j)
    for (Index c = 0; c < store.cols; ++c) y(j, c) -= map.target_mean(0, c);
  normalise_rows(y.span());
  for (Index i = 0; i < s.rows(); ++i)
    for (Index j = 0; j < s.cols(); ++j) s(i, j) = std::inner_product(v.row(i), v.row(i) + v.cols(), y.row(j), 0.0f);
  return s;
}

/// Area under the ROC curve of values for right against wrong, ties counted half.
double auc(const std::vector<float>& values, const std::vector<bool>& right) {
  double wins = 0, pairs = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = 0; j < values.size(); ++j)
      if (right[i] && !right[j]) {
        wins += values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
        pairs += 1;
      }
  return wins / pairs;
}

/// Pairs of demo encoders, few enough that some rows are translated wrongly.
Map demo_map(const std::string& target, Index pairs) {
  return fit_paired(demo("minilm.pairs.npy").view().middle_rows(0, pairs),
                    demo(target + ".pairs.npy").view().middle_rows(0, pairs));
}

TEST(Confidence, AScorerOwnsItsMap) {
  const Matrix rows = demo("minilm.eval.npy"), store = demo("mpnet.eval.npy");
  const ConfidenceScorer scorer(demo_map("mpnet", 300), store, 2);  // of a temporary map
  std::vector<RowConfidence> out(10);
  scorer.score(rows.view().middle_rows(0, 10), out.data());
  const Map map = demo_map("mpnet", 300);
  const auto expected = score(map, rows.view().middle_rows(0, 10), store);
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i].match, expected[i].match);
}

TEST(Confidence, OfNoRowsIsNothing) {
  const ConfidenceSummary none = summarise({});
  EXPECT_TRUE(std::isnan(none.far_rows) && std::isnan(none.mean_match));
}

TEST(Confidence, IsTheFormula) {
  const Map map = demo_map("e5", 300);
  const Matrix rows = demo("minilm.eval.npy"), store = demo("e5.eval.npy");
  const MatrixView some = rows.view().middle_rows(0, 40);
  const std::vector<RowConfidence> found = score(map, some, store);
  const Matrix s = cosines_of(map, some, store);
  for (Index i = 0; i < 40; ++i) {
    std::vector<float> sorted(s.row(i), s.row(i) + s.cols());
    std::sort(sorted.rbegin(), sorted.rend());
    double sum = 0;
    for (float value : sorted) sum += std::exp((value - sorted[0]) / kMatchTemperature);
    EXPECT_NEAR(found[static_cast<std::size_t>(i)].match, 1 / sum, 0.01);
    EXPECT_NEAR(found[static_cast<std::size_t>(i)].margin, sorted[0] - sorted[1], 2e-3);  // bfloat16 products
  }
}

TEST(Confidence, MatchTellsRightFromWrongAndHowOften) {
  const Matrix rows = demo("minilm.eval.npy");
  for (const std::string target : {"e5", "mpnet"}) {
    const Map map = demo_map(target, target == "e5" ? 600 : 150);
    const Matrix store = demo(target + ".eval.npy"), s = cosines_of(map, rows, store);
    const std::vector<RowConfidence> found = score(map, rows, store);
    std::vector<bool> right;
    std::vector<float> match;
    double expected = 0, hits = 0;
    for (Index i = 0; i < rows.rows(); ++i) {
      right.push_back(std::max_element(s.row(i), s.row(i) + s.cols()) - s.row(i) == i);
      match.push_back(found[static_cast<std::size_t>(i)].match);
      expected += match.back() / static_cast<double>(rows.rows());
      hits += right.back() / static_cast<double>(rows.rows());
    }
    const double wrong = static_cast<double>(rows.rows()) * (1 - hits);
    ASSERT_GT(wrong, 30) << target;
    const double area = auc(match, right), error = 0.5 / std::sqrt(wrong);  // chance: 0.5, with at most this standard error
    RecordProperty(target + "_auc", std::to_string(area));
    EXPECT_GT(area, 0.85) << target;
    EXPECT_GT(area - 3 * error, 0.5) << target;
    EXPECT_NEAR(expected, hits, 0.12) << target;
  }
}

TEST(Confidence, MatchIsLowForAWrongMap) {
  const Matrix rows = demo("minilm.eval.npy"), store = demo("e5.eval.npy");
  const Map right = demo_map("e5", 2500);
  Map wrong = right;
  wrong.weight = random_matrix(384, 384, 5);
  EXPECT_GT(summarise(score(right, rows, store)).mean_match, 0.75);
  EXPECT_LT(summarise(score(wrong, rows, store)).mean_match, 0.4);
}

TEST(Confidence, SupportIsUniformForRowsOfTheFitAndLowFarFromIt) {
  const Map map = demo_map("mpnet", 2500);
  const auto quantile_of = [&](MatrixView rows) {
    std::vector<float> support;
    for (const RowConfidence& row : score(map, rows, {})) support.push_back(row.support);
    std::sort(support.begin(), support.end());
    return support;
  };
  const std::vector<float> like = quantile_of(demo("minilm.eval.npy"));
  for (double q : {0.1, 0.5, 0.9}) EXPECT_NEAR(like[static_cast<std::size_t>(q * 1000)], q, 0.06) << q;
  Matrix far = random_matrix(500, 384, 3);
  EXPECT_LT(quantile_of(far)[450], 0.02);
}

TEST(Confidence, DoesNotDependOnHowRowsAreSplitAndRefusesWhatDoesNotFit) {
  const Map map = demo_map("mpnet", 500);
  Matrix rows = demo("minilm.eval.npy");
  const Matrix store = demo("mpnet.eval.npy");
  std::fill_n(rows.row(7), rows.cols(), 0.0f);
  const std::vector<RowConfidence> whole = score(map, rows, store);
  EXPECT_EQ(whole[7].match, 0);
  EXPECT_EQ(whole[7].support, 0);
  const ConfidenceScorer scorer(map, store, 2);
  const auto expect_same = [&](const RowConfidence& found, std::size_t row) {
    EXPECT_EQ(found.support, whole[row].support) << row;
    EXPECT_EQ(found.match, whole[row].match) << row;
    EXPECT_EQ(found.margin, whole[row].margin) << row;
  };
  for (Index first = 0, count = 1; first + count <= rows.rows(); first += count, count += 7) {
    std::vector<RowConfidence> part(static_cast<std::size_t>(count));
    scorer.score(rows.view().middle_rows(first, count), part.data());
    for (std::size_t i = 0; i < part.size(); ++i) expect_same(part[i], static_cast<std::size_t>(first) + i);
  }
  const std::vector<RowConfidence> all = scorer.score_all(rows, 2);
  for (std::size_t i = 0; i < all.size(); ++i) expect_same(all[i], i);
  Matrix faulty = rows;
  faulty(300, 1) = std::nanf("");
  EXPECT_THROW(scorer.score_all(faulty, 2), Error);
  EXPECT_THROW(scorer.score_all(store, 2), Error);
  EXPECT_THROW(scorer.score_all(rows, 2, [](std::string_view, double) { return false; }), Error);
  EXPECT_THROW(score(map, rows, rows), Error);  // the source's dimension
  EXPECT_THROW(score(map, rows, store.view().middle_rows(0, 1)), Error);
  Matrix broken = demo("mpnet.eval.npy");
  broken(13, 2) = std::nanf("");
  EXPECT_THROW(score(map, rows, broken), Error);
  Map old = map;
  old.support = {};
  EXPECT_THROW(score(old, rows, store), Error);
}

TEST(Confidence, IsWrittenBesideTheTranslation) {
  const TempDir dir;
  const std::string data = VEC2VEC_DEMO_DATA;
  demo_map("mpnet", 500).save(dir.path("m"));
  const Map map = Map::load(dir.path("m"));
  const auto write = [&](const std::string& name, Index block_rows, const std::string& store) {
    TranslateOptions options;
    options.block_rows = block_rows;
    options.output.overwrite = true;
    options.confidence_path = dir.path(name);
    options.store_path = store;
    const TranslateSummary summary = translate(map, dir.path("m"), data + "/minilm.eval.npy", {}, dir.path("out.npy"), options);
    return std::pair{read_all(*open_rows(dir.path(name))), summary};
  };
  const auto [with, summary] = write("c.npy", 4096, data + "/mpnet.eval.npy");
  ASSERT_EQ(with.rows(), 1000);
  ASSERT_EQ(with.cols(), 3);
  const auto [again, _] = write("c.csv", 300, data + "/mpnet.eval.npy");
  for (Index i = 0; i < 3000; ++i) ASSERT_NEAR(again.data()[i], with.data()[i], 1e-5);
  const auto [alone, alone_summary] = write("s.npy", 4096, "");
  ASSERT_EQ(alone.cols(), 1);
  double match = 0, far = 0;
  for (Index i = 0; i < 1000; ++i) {
    EXPECT_EQ(alone(i, 0), with(i, 2));
    match += with(i, 0) / 1000;
    far += (alone(i, 0) < 0.05f) / 1000.0;
  }
  EXPECT_NEAR(summary.mean_match.value(), match, 1e-6);
  EXPECT_NEAR(alone_summary.far_rows.value(), far, 1e-9);
}

}  // namespace
}  // namespace vec2vec
