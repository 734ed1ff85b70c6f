// SPDX-License-Identifier: Apache-2.0
#include "consensus/same_texts.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/matrix/gemm.h"
#include "core/text/number.h"
#include "space/sample.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kRuns = 20, kRunLength = 50;
/// The least correlation: encoders of the same texts reach 0.36 and more, shuffled or shifted rows 0.001
/// (docs/research/many-known.md, "Are the rows of the same texts?").
constexpr double kSameTexts = 0.1;

/// The rows of n that are compared; each has a row before and behind it.
std::vector<Index> runs_of(Index n) {
  std::vector<Index> rows;
  if (n <= kRuns * kRunLength + 2) {
    for (Index i = 1; i + 1 < n; ++i) rows.push_back(i);
    return rows;
  }
  for (Index run = 0; run < kRuns; ++run) {
    const Index first = 1 + run * (n - 2 - kRunLength) / (kRuns - 1);
    for (Index i = 0; i < kRunLength; ++i) rows.push_back(first + i);
  }
  return rows;
}

Matrix gram_of(MatrixView rows, std::vector<Index> numbers, Index shift) {
  for (Index& i : numbers) i += shift;
  const Matrix sample = gather(rows, numbers);
  Matrix gram(sample.rows(), sample.rows());
  gemm(sample, false, sample, true, gram.span());
  return gram;
}

/// Pearson correlation of the entries below the diagonals of x and y (k, k).
double correlation(const Matrix& x, const Matrix& y) {
  double n = 0, sum_x = 0, sum_y = 0, xx = 0, yy = 0, xy = 0;
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < i; ++j) {
      const double p = x(i, j), q = y(i, j);
      n += 1, sum_x += p, sum_y += q, xx += p * p, yy += q * q, xy += p * q;
    }
  const double vx = xx - sum_x * sum_x / n, vy = yy - sum_y * sum_y / n;
  return (xy - sum_x * sum_y / n) / std::max(std::sqrt(std::max(vx, 0.0) * std::max(vy, 0.0)), 1e-300);
}

}  // namespace

void check_same_texts(MatrixView a, const std::string& name_a, MatrixView b, const std::string& name_b) {
  const std::string where = name_a + " and " + name_b;
  if (a.rows != b.rows)
    bad_input("known spaces must hold the same texts; they have " + std::to_string(a.rows) + " and " + std::to_string(b.rows) +
                  " rows",
              where, "encode one list of texts with each model");
  const std::vector<Index> numbers = runs_of(a.rows);
  const Matrix of_a = gram_of(a, numbers, 0);
  const auto agreement = [&](Index shift) { return correlation(of_a, gram_of(b, numbers, shift)); };
  const double as_given = agreement(0), forwards = agreement(1), backwards = agreement(-1);
  if (std::max(forwards, backwards) > std::max(as_given, kSameTexts))
    bad_input("the rows of these known spaces are shifted by one against each other", where,
              "look for a header line or a lost first row, and encode one list of texts with each model");
  if (as_given < kSameTexts)
    bad_input("the rows of these known spaces are not of the same texts in the same order: their cosines correlate by " +
                  fixed(as_given, 2),
              where, "encode one list of texts with each model, and do not shuffle or filter the rows afterwards");
}

}  // namespace vec2vec
