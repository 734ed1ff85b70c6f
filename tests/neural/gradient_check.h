// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/random.h"
#include "vec2vec/matrix.h"

namespace vec2vec::neural {

inline Matrix random_matrix(Index rows, Index cols, std::uint64_t seed, double scale = 1) {
  Random random(seed);
  Matrix m(rows, cols);
  for (Index i = 0; i < rows * cols; ++i) m.data()[i] = static_cast<float>(scale * random.normal());
  return m;
}

/// Sum of weights * m: turns an output into a number whose gradient at the output is `weights`.
inline double project_on(const Matrix& weights, MatrixView m) {
  double sum = 0;
  for (Index i = 0; i < m.rows; ++i)
    for (Index c = 0; c < m.cols; ++c) sum += static_cast<double>(weights(i, c)) * m.row(i)[c];
  return sum;
}

/// Compares gradient (n) with central differences of loss over at most `samples` of the n values, which are put back.
inline void expect_gradient(float* values, const float* gradient, Index n, const std::function<double()>& loss,
                            const char* what, Index samples = 60) {
  constexpr float kStep = 4e-3f;
  Random random(77);
  double largest = 0;
  for (Index i = 0; i < n; ++i) largest = std::max(largest, std::abs(static_cast<double>(gradient[i])));
  EXPECT_GT(largest, 0) << what << ": nothing to compare";
  for (Index i : random.sample(n, samples)) {
    const float kept = values[i];
    values[i] = kept + kStep;
    const double up = loss();
    values[i] = kept - kStep;
    const double down = loss();
    values[i] = kept;
    // float32 values lose about 1e-7 of the loss in each evaluation
    const double slack = 0.01 * largest + 2e-6 * (std::abs(up) + std::abs(down)) / (2 * kStep);
    EXPECT_NEAR(gradient[i], (up - down) / (2 * kStep), slack) << what << ", value " << i;
  }
}

}  // namespace vec2vec::neural
