// SPDX-License-Identifier: Apache-2.0
#include "measure/reference.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "measure/spaces.h"

namespace vec2vec {
namespace {

TEST(Reference, ClipsAtTheMeanOfTheRowsQuantiles) {
  Matrix rows(2, 21);
  for (Index j = 0; j < 21; ++j) {
    rows(0, j) = static_cast<float>(j % 2 ? j : -j);  // |x| = 0 .. 20: quantile 0.95 is 19
    rows(1, j) = static_cast<float>(3 * j);           // 57
  }
  const Matrix clipped = clip_outliers(rows);
  EXPECT_EQ(clipped(0, 19), 19);
  EXPECT_EQ(clipped(0, 20), -20);
  EXPECT_EQ(clipped(1, 12), 36);
  EXPECT_EQ(clipped(1, 13), 38);
  EXPECT_EQ(clipped(1, 20), 38);
}

/// The definitions by dense matrices, on clipped rows.
TEST(Reference, ValuesAreThoseOfTheDefinitions) {
  const Matrix rows = random_matrix(90, 12, 1), related = related_rows(rows, 15, 0.5, 2);
  const MeasureOptions options{.k = 6};
  const auto values = reference_values({"a", rows}, {"b", related}, identity_pairing(90), options);
  const auto value = [&](std::string_view key) {
    return std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == key; })->second;
  };
  const Space a = space_of(clip_outliers(rows), 6), b = space_of(clip_outliers(related), 6);
  const auto ratio = [](double kl, double kk, double ll) { return kl / (std::sqrt(kk * ll) + 1e-6); };
  const Square k = gram(a), l = gram(b);
  EXPECT_NEAR(value("cka"), ratio(dense_biased_hsic(k, l), dense_biased_hsic(k, k), dense_biased_hsic(l, l)), 1e-6);
  EXPECT_NEAR(value("unbiased_cka"), ratio(dense_unbiased_hsic(k, l), dense_unbiased_hsic(k, k), dense_unbiased_hsic(l, l)),
              1e-6);
  const auto rbf = [](Square s) {
    for (auto& row : s)
      for (double& x : row) x = std::exp(-(2 - 2 * x) / 2);
    return s;
  };
  const Square ek = rbf(k), el = rbf(l);
  EXPECT_NEAR(value("cka_rbf"), ratio(dense_biased_hsic(ek, el), dense_biased_hsic(ek, ek), dense_biased_hsic(el, el)), 1e-5);
  double shared = 0;
  for (Index i = 0; i < 90; ++i)
    for (const std::int32_t j : a.near.of(i)) shared += std::count(b.near.of(i).begin(), b.near.of(i).end(), j);
  EXPECT_NEAR(value("mutual_knn"), shared / (6 * 90), 1e-12);
  EXPECT_GT(value("lcs_knn"), value("mutual_knn"));  // a length, not a share
  EXPECT_GT(value("svcca"), 0.2);
  EXPECT_LE(value("svcca"), 1 + 1e-9);
}

}  // namespace
}  // namespace vec2vec
