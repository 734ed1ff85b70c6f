// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <vector>

#include "core/random.h"
#include "measure/prepared/space.h"
#include "random_matrix.h"

namespace vec2vec {

/// Rows (n, d) that are a random linear image of rows of `of` (n, any), plus noise.
inline Matrix related_rows(const Matrix& of, Index d, double noise, std::uint64_t seed) {
  Random random(seed);
  const Matrix map = random_matrix(of.cols(), d, seed + 1000);
  Matrix rows(of.rows(), d);
  for (Index i = 0; i < rows.rows(); ++i) {
    for (Index j = 0; j < d; ++j) {
      double sum = noise * std::sqrt(static_cast<double>(of.cols())) * random.normal();
      for (Index c = 0; c < of.cols(); ++c) sum += static_cast<double>(of(i, c)) * map(c, j);
      rows(i, j) = static_cast<float>(sum);
    }
  }
  return rows;
}

/// A space with its k nearest neighbours.
inline Space space_of(const Matrix& rows, Index k = 5) {
  Space space = make_space({"rows", rows}, identity_pairing(rows.rows()), 1);
  find_neighbours(space, k, 1);
  return space;
}

using Square = std::vector<std::vector<double>>;

/// K_ij = x_i . x_j of rows, by loops in double.
inline Square gram(const Square& rows) {
  Square k(rows.size(), std::vector<double>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows.size(); ++j)
      for (std::size_t c = 0; c < rows[i].size(); ++c) k[i][j] += rows[i][c] * rows[j][c];
  return k;
}

/// The cosines of a space's rows, as it keeps them.
inline Square gram(const Space& space) {
  Square offset(static_cast<std::size_t>(space.rows()));
  for (Index i = 0; i < space.rows(); ++i)
    offset[static_cast<std::size_t>(i)].assign(space.offset.row(i), space.offset.row(i) + space.dim());
  Square k = gram(offset);
  for (std::size_t i = 0; i < k.size(); ++i)
    for (std::size_t j = 0; j < k.size(); ++j)
      k[i][j] += space.centre_square + static_cast<double>(space.along[i]) + static_cast<double>(space.along[j]);
  return k;
}

/// Unbiased HSIC as printed in Song et al. 2012, eq. 5, with L transposed in the first term (both are symmetric there).
inline double dense_unbiased_hsic(Square k, Square l) {
  const std::size_t n = k.size();
  for (std::size_t i = 0; i < n; ++i) k[i][i] = l[i][i] = 0;
  double trace = 0, sum_k = 0, sum_l = 0, sum_kl = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      trace += k[i][j] * l[j][i];
      sum_k += k[i][j];
      sum_l += l[i][j];
      for (std::size_t m = 0; m < n; ++m) sum_kl += k[i][j] * l[j][m];
    }
  const auto m = static_cast<double>(n);
  return (trace + sum_k * sum_l / ((m - 1) * (m - 2)) - 2 * sum_kl / (m - 2)) / (m * (m - 3));
}

/// tr(K H L H), with both kernels centred entry by entry.
inline double dense_biased_hsic(const Square& k, const Square& l) {
  const std::size_t n = k.size();
  const auto centred = [n](const Square& s) {
    std::vector<double> row(n);
    double all = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) row[i] += s[i][j] / static_cast<double>(n);
    for (const double r : row) all += r / static_cast<double>(n);
    Square out = s;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) out[i][j] += all - row[i] - row[j];
    return out;
  };
  const Square a = centred(k), b = centred(l);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) sum += a[i][j] * b[j][i];
  return sum;
}

}  // namespace vec2vec
