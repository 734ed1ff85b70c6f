// SPDX-License-Identifier: Apache-2.0
// Hidden states with a few huge coordinates point nearly the same way: all cosines are 1 but for the fifth or sixth digit.
// Measures must still be those of the definitions, here written out in double from the rows as they are.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "measure/spaces.h"
#include "vec2vec/measure.h"

namespace vec2vec {
namespace {

constexpr Index kRows = 300, kNear = 10;

Square exact_cosines(const Matrix& rows) {
  Square unit(static_cast<std::size_t>(rows.rows()));
  for (Index i = 0; i < rows.rows(); ++i) {
    auto& row = unit[static_cast<std::size_t>(i)];
    row.assign(rows.row(i), rows.row(i) + rows.cols());
    const double norm = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
    for (double& x : row) x /= norm > 0 ? norm : 1;
  }
  return gram(unit);
}

/// Places in ascending order; equal values share the mean of theirs.
std::vector<double> places(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> place(values.size());
  for (std::size_t p = 0, end = 0; p < order.size(); p = end) {
    while (end < order.size() && values[order[end]] == values[order[p]]) ++end;
    for (std::size_t q = p; q < end; ++q) place[order[q]] = static_cast<double>(p + end - 1) / 2;
  }
  return place;
}

double spearman(const Square& k, const Square& l) {
  std::vector<double> x, y;
  for (std::size_t i = 0; i < k.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) x.push_back(k[i][j]), y.push_back(l[i][j]);
  x = places(x);
  y = places(y);
  const double mean = static_cast<double>(x.size() - 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t p = 0; p < x.size(); ++p) {
    xy += (x[p] - mean) * (y[p] - mean);
    xx += (x[p] - mean) * (x[p] - mean);
    yy += (y[p] - mean) * (y[p] - mean);
  }
  return xy / std::sqrt(xx * yy);
}

std::vector<std::vector<std::size_t>> nearest(const Square& cosines) {
  std::vector<std::vector<std::size_t>> lists;
  for (std::size_t i = 0; i < cosines.size(); ++i) {
    std::vector<std::size_t> order;
    for (std::size_t j = 0; j < cosines.size(); ++j)
      if (j != i) order.push_back(j);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cosines[i][a] > cosines[i][b]; });
    order.resize(kNear);
    lists.push_back(order);
  }
  return lists;
}

bool holds(const std::vector<std::size_t>& list, std::size_t row) {
  return std::find(list.begin(), list.end(), row) != list.end();
}

double mutual(const Square& k, const Square& l) {
  const auto a = nearest(k), b = nearest(l);
  double shared = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (const std::size_t j : a[i]) shared += holds(b[i], j);
  return shared / static_cast<double>(a.size() * kNear);
}

/// K cut down to the mutual neighbours of two graphs.
Square masked(Square k, const std::vector<std::vector<std::size_t>>& a, const std::vector<std::vector<std::size_t>>& b) {
  for (std::size_t i = 0; i < k.size(); ++i)
    for (std::size_t j = 0; j < k.size(); ++j)
      if (!holds(a[i], j) || !holds(b[i], j)) k[i][j] = 0;
  return k;
}

double cknna(const Square& k, const Square& l) {
  const auto a = nearest(k), b = nearest(l);
  return dense_unbiased_hsic(masked(k, a, b), masked(l, a, b)) /
         std::sqrt(dense_unbiased_hsic(masked(k, a, a), masked(k, a, a)) *
                   dense_unbiased_hsic(masked(l, b, b), masked(l, b, b)));
}

/// The cosine less 1, or its RBF kernel less 1, less a term of the row and one of the column. HSIC is the same; but the sums of
/// its loops then are of the size of the result, which a row far from the others would else be 1e9 times larger than.
Square kernel(Square cosines, double sigma = 0) {
  const auto n = static_cast<double>(cosines.size());
  std::vector<double> rows(cosines.size());
  for (std::size_t i = 0; i < cosines.size(); ++i)
    for (std::size_t j = 0; j < cosines.size(); ++j) {
      double& x = cosines[i][j];
      // A row has distance 0 to itself, whether it is zero or not.
      x = sigma == 0 ? x - 1 : i == j ? 0 : std::expm1((x - 1) / (sigma * sigma));
      if (i != j) rows[i] += x;
    }
  const double all = std::accumulate(rows.begin(), rows.end(), 0.0);
  for (double& x : rows) x = (x - all / (2 * (n - 1))) / (n - 2);
  for (std::size_t i = 0; i < cosines.size(); ++i)
    for (std::size_t j = 0; j < cosines.size(); ++j) cosines[i][j] -= rows[i] + rows[j];
  return cosines;
}

double alignment(const Square& k, const Square& l, double (*hsic)(Square, Square)) {
  return hsic(k, l) / std::sqrt(hsic(k, k) * hsic(l, l));
}

double biased(Square k, Square l) { return dense_biased_hsic(k, l); }

void expect_definitions(const Matrix& x, const Matrix& y, double sigma) {
  const Measurement m =
      measure({"x", x}, {"y", y}, {.k = kNear, .permutations = 10, .bootstrap = 0, .rbf_sigma = sigma, .threads = 2});
  const Square k = exact_cosines(x), l = exact_cosines(y);
  EXPECT_NEAR(m.find("rsa")->value, spearman(k, l), 1e-5);
  EXPECT_NEAR(m.find("mutual_knn")->value, mutual(k, l), 1e-12);
  EXPECT_NEAR(m.find("cknna")->value, cknna(k, l), 1e-5);
  EXPECT_NEAR(m.find("cka")->value, alignment(kernel(k), kernel(l), dense_unbiased_hsic), 1e-5);
  EXPECT_NEAR(m.find("cka_biased")->value, alignment(kernel(k), kernel(l), biased), 1e-5);
  EXPECT_NEAR(m.find("cka_rbf")->value, alignment(kernel(k, sigma), kernel(l, sigma), dense_unbiased_hsic), 1e-5);
  EXPECT_NEAR(m.find("cka_rbf_biased")->value, alignment(kernel(k, sigma), kernel(l, sigma), biased), 1e-5);
  double sum = 0;
  for (std::size_t i = 0; i < k.size(); ++i)
    for (std::size_t j = 0; j < k.size(); ++j) sum += i == j ? 0 : 1 - k[i][j];
  const double isotropy = sum / static_cast<double>(kRows * (kRows - 1));
  EXPECT_NEAR(m.a.isotropy.value / isotropy, 1, 1e-6);
}

class Anisotropy : public ::testing::Test {
 protected:
  const Matrix x = random_matrix(kRows, 24, 1), y = related_rows(x, 30, 0.7, 2);
};

TEST_F(Anisotropy, OneHugeCoordinateChangesNoDefinition) {
  for (const float constant : {0.0f, 50.0f, 200.0f, 1000.0f}) {
    SCOPED_TRACE(constant);
    Matrix rogue = x;
    for (Index i = 0; constant > 0 && i < kRows; ++i) rogue(i, 7) = constant;
    expect_definitions(rogue, y, 0.8);
  }
}

TEST_F(Anisotropy, SoDoesAShiftOfBothSides) {
  Matrix a = x, b = y;
  for (Index i = 0; i < kRows; ++i) {
    for (Index j = 0; j < a.cols(); ++j) a(i, j) += 100;
    for (Index j = 0; j < b.cols(); ++j) b(i, j) += 100;
  }
  expect_definitions(a, b, 0.8);
}

TEST_F(Anisotropy, ARowOfItsOwnDoesNotBlurTheOthers) {
  // The range of all cosines is then 10,000 times that of nearly all of them.
  Matrix rogue = x;
  for (Index i = 0; i < kRows; ++i) rogue(i, 7) = i == 17 ? -1000.0f : 1000.0f;
  expect_definitions(rogue, y, 0.8);
}

TEST_F(Anisotropy, TwoTightGroupsKeepTheirInnerOrder) {
  Matrix rogue = x;
  for (Index i = 0; i < kRows; ++i) rogue(i, 7) = i % 2 == 0 ? -50.0f : 50.0f;
  expect_definitions(rogue, y, 0.8);
}

TEST_F(Anisotropy, RelativeRepresentationsAreThoseOfTheRowsWithoutTheirLength) {
  // The same directions at another scale have the same cosines; before, float32 decided.
  Matrix rogue = x, scaled = x;
  for (Index i = 0; i < kRows; ++i) {
    rogue(i, 7) = 1000;
    for (Index j = 0; j < x.cols(); ++j) scaled(i, j) = rogue(i, j) * static_cast<float>(1 + i % 3);
  }
  const MeasureOptions options{.permutations = 10, .bootstrap = 0, .only = {"relative", "maps"}};
  const Measurement m = measure({"x", rogue}, {"y", y}, options), n = measure({"x", scaled}, {"y", y}, options);
  for (std::size_t i = 0; i < m.measures.size(); ++i)
    EXPECT_NEAR(m.measures[i].value, n.measures[i].value, 1e-4) << m.measures[i].info->key;
}

TEST_F(Anisotropy, ZeroRowsTieWithAllOthers) {
  Matrix rogue = x;
  for (Index i = 0; i < kRows; ++i) rogue(i, 7) = 1000;
  for (const Index zero : {2, 100, 120, 150, 160, 170, 180, 240, 250, 299}) std::fill_n(rogue.row(zero), rogue.cols(), 0.0f);
  Space space = space_of(rogue, 4);
  const auto list = space.near.of(2);
  EXPECT_EQ(std::vector<std::int32_t>(list.begin(), list.end()), (std::vector<std::int32_t>{0, 1, 3, 4}));
  expect_definitions(rogue, y, 0.8);
}

}  // namespace
}  // namespace vec2vec
