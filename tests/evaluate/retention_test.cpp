// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/retention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text/json.h"
#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kDim = 16;

/// Turns column j into column j + 1: a rotation, which changes no cosine.
Map rotation() {
  Map map;
  map.source_mean = Matrix(1, kDim);
  map.target_mean = Matrix(1, kDim);
  map.weight = Matrix(kDim, kDim);
  for (Index j = 0; j < kDim; ++j) map.weight(j, (j + 1) % kDim) = 1;
  return map;
}

Matrix rotated(const Matrix& rows) {
  Matrix out(rows.rows(), rows.cols());
  rotation().translate(rows, out.span());
  return out;
}

Matrix with_noise(const Matrix& rows, double noise, std::uint64_t seed) {
  Matrix out = random_matrix(rows.rows(), rows.cols(), seed);
  for (Index i = 0; i < rows.rows() * rows.cols(); ++i)
    out.data()[i] = rows.data()[i] + static_cast<float>(noise) * out.data()[i];
  return out;
}

double cosine(const float* a, const float* b) {
  double ab = 0, aa = 0, bb = 0;
  for (Index j = 0; j < kDim; ++j) ab += a[j] * b[j], aa += a[j] * a[j], bb += b[j] * b[j];
  return ab / std::sqrt(aa * bb);
}

/// Cosines of a query with all documents, and the k best by a full sort.
std::vector<double> all_cosines(const Matrix& queries, Index i, const Matrix& documents) {
  std::vector<double> found;
  for (Index j = 0; j < documents.rows(); ++j) found.push_back(cosine(queries.row(i), documents.row(j)));
  return found;
}
std::set<std::size_t> best(const std::vector<double>& cosines, std::size_t k) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t j = 0; j < cosines.size(); ++j) order.emplace_back(-cosines[j], j);
  std::sort(order.begin(), order.end());
  std::set<std::size_t> found;
  for (std::size_t j = 0; j < k; ++j) found.insert(order[j].second);
  return found;
}

TEST(Retention, ARotationKeepsEverything) {
  const Matrix documents = random_matrix(300, kDim, 1), queries = random_matrix(20, kDim, 2);
  const Retention r = measure_retention(rotation(), documents, queries, {});
  EXPECT_TRUE(r.translated_queries);
  EXPECT_EQ(r.recall.value, 1);
  EXPECT_EQ(r.recall.low, 1);
  EXPECT_NEAR(r.recall.null_value, 10.0 / 300, 1e-12);
  ASSERT_EQ(r.thresholds.size(), 5u);
  EXPECT_GT(r.thresholds[0].pairs, 20);
  for (const CarriedThreshold& t : r.thresholds) {
    if (t.pairs == 0) continue;
    EXPECT_GE(t.after, t.before - 1e-6);  // the smallest cosine above the threshold
    EXPECT_EQ(t.kept, 1);
  }
}

TEST(Retention, AgreesWithPlainLoops) {
  const Matrix documents = random_matrix(150, kDim, 3), queries = random_matrix(70, kDim, 4);
  const Matrix new_queries = with_noise(rotated(queries), 0.1, 5), new_documents = rotated(documents);
  RetentionOptions options;
  options.k = 7;
  options.thresholds = {0.3, 0.5, 0.99};
  const Retention r = measure_retention(rotation(), documents, queries, new_queries, options);

  double recall = 0;
  std::vector<double> before, after;
  for (Index i = 0; i < queries.rows(); ++i) {
    const std::vector<double> a = all_cosines(queries, i, documents), b = all_cosines(new_queries, i, new_documents);
    const std::set<std::size_t> x = best(a, 7), y = best(b, 7);
    recall += static_cast<double>(std::count_if(x.begin(), x.end(), [&](std::size_t j) { return y.contains(j); })) / 7;
    before.insert(before.end(), a.begin(), a.end());
    after.insert(after.end(), b.begin(), b.end());
  }
  recall /= 70;
  EXPECT_FALSE(r.translated_queries);
  EXPECT_GT(recall, 0.5);
  EXPECT_LT(recall, 0.95);
  EXPECT_NEAR(r.recall.value, recall, 1e-9);
  EXPECT_LT(r.recall.low, recall);
  EXPECT_GT(r.recall.high, recall);
  for (std::size_t t = 0; t < 2; ++t) {
    const double threshold = options.thresholds[t];
    const auto count = std::count_if(before.begin(), before.end(), [&](double c) { return c >= threshold; });
    std::vector<double> sorted = after;
    std::sort(sorted.rbegin(), sorted.rend());
    const double expected = sorted[static_cast<std::size_t>(count) - 1];
    double kept = 0;
    for (std::size_t p = 0; p < before.size(); ++p) kept += before[p] >= threshold && after[p] >= expected - 1e-9;
    EXPECT_EQ(r.thresholds[t].pairs, count);
    EXPECT_NEAR(r.thresholds[t].after, expected, 1e-5);
    EXPECT_NEAR(r.thresholds[t].kept, kept / static_cast<double>(count), 1.5 / static_cast<double>(count));
    EXPECT_LT(r.thresholds[t].kept, 1);
  }
  EXPECT_EQ(r.thresholds[2].pairs, 0);
  EXPECT_TRUE(std::isnan(r.thresholds[2].after));
  const nlohmann::json json = parse_json(r.to_json());
  EXPECT_TRUE(json["thresholds"][2]["after"].is_null());
  EXPECT_EQ(json["recall"]["value"], r.recall.value);
  options.threads = 3;
  EXPECT_EQ(measure_retention(rotation(), documents, queries, new_queries, options).to_json(), r.to_json());
}

TEST(Retention, ForeignQueriesFindAsMuchAsChance) {
  const Matrix documents = random_matrix(400, kDim, 6), queries = random_matrix(200, kDim, 7);
  const Retention r = measure_retention(rotation(), documents, queries, random_matrix(200, kDim, 8));
  EXPECT_NEAR(r.recall.value, r.recall.null_value, 0.015);  // 0.025, of which a query's deviation is some 0.05
}

TEST(Retention, RefusesWhatDoesNotFit) {
  const Matrix documents = random_matrix(50, kDim, 9), queries = random_matrix(5, kDim, 10);
  const auto message = [](MatrixView d, MatrixView q, MatrixView n) -> std::string {
    try {
      measure_retention(rotation(), d, q, n);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
      return error.what();
    }
    return "no error";
  };
  EXPECT_NE(message(random_matrix(50, 3, 1), queries, {}).find("The documents have dimension 3"), std::string::npos);
  EXPECT_NE(message(documents, random_matrix(5, 3, 1), {}).find("The queries have dimension 3"), std::string::npos);
  EXPECT_NE(message(documents, queries, random_matrix(5, 3, 1)).find("The new queries have dimension 3"), std::string::npos);
  EXPECT_NE(message(documents, queries, random_matrix(4, kDim, 1)).find("are 4 rows beside 5"), std::string::npos);
  EXPECT_NE(message(random_matrix(10, kDim, 1), queries, {}).find("more than k = 10"), std::string::npos);
  MatrixView many = documents;
  many.rows = 100'000'000;
  EXPECT_NE(message(many, queries, {}).find("too many"), std::string::npos);
  Matrix bad = queries;
  bad(3, 2) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(message(documents, bad, {}).find("row 3"), std::string::npos);
  EXPECT_NE(message(documents, queries, bad).find("row 3"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
