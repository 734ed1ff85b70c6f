// SPDX-License-Identifier: Apache-2.0
#include "neural/layers.h"

#include "neural/gradient_check.h"

namespace vec2vec::neural {
namespace {

constexpr Index kRows = 5, kCols = 11;

class NormSilu : public testing::Test {
 protected:
  double loss() {
    xhat = x;
    Matrix out(kRows, kCols);
    norm_silu_forward(xhat.span(), deviation.data(), gain, shift, residual, out.span());
    return project_on(weights, out);
  }

  Matrix x = random_matrix(kRows, kCols, 1, 2), gain = random_matrix(1, kCols, 2), shift = random_matrix(1, kCols, 3),
         residual = random_matrix(kRows, kCols, 4), weights = random_matrix(kRows, kCols, 5), xhat;
  std::vector<float> deviation = std::vector<float>(kRows);
};

TEST_F(NormSilu, IsTheFormula) {
  Matrix out(kRows, kCols);
  xhat = x;
  norm_silu_forward(xhat.span(), deviation.data(), gain, shift, residual, out.span());
  for (Index i = 0; i < kRows; ++i) {
    double mean = 0, variance = 0;
    for (Index c = 0; c < kCols; ++c) mean += x(i, c) / static_cast<double>(kCols);
    for (Index c = 0; c < kCols; ++c) variance += (x(i, c) - mean) * (x(i, c) - mean) / static_cast<double>(kCols);
    for (Index c = 0; c < kCols; ++c) {
      const double t = (x(i, c) - mean) / std::sqrt(variance + 1e-5) * gain(0, c) + shift(0, c);
      EXPECT_NEAR(out(i, c), t / (1 + std::exp(-t)) + residual(i, c), 1e-5);
    }
  }
}

TEST_F(NormSilu, GradientsAgreeWithFiniteDifferences) {
  loss();
  Matrix d_norm(kRows, kCols), d_x(kRows, kCols), d_gain(1, kCols), d_shift(1, kCols);
  norm_silu_backward(weights, xhat, deviation.data(), gain, shift, d_norm.span(), d_x.span());
  add_norm_gradients(d_norm, xhat, d_gain.span(), d_shift.span());
  const auto value = [this] { return loss(); };
  expect_gradient(x.data(), d_x.data(), kRows * kCols, value, "x");
  expect_gradient(gain.data(), d_gain.data(), kCols, value, "gain");
  expect_gradient(shift.data(), d_shift.data(), kCols, value, "shift");
}

TEST(UnitRows, GradientsAgreeWithFiniteDifferences) {
  Matrix x = random_matrix(kRows, kCols, 1), d = random_matrix(kRows, kCols, 2);
  const Matrix weights = d;
  Matrix y;
  std::vector<float> norms(kRows);
  const auto loss = [&] {
    y = x;
    unit_forward(y.span(), norms.data());
    return project_on(weights, y);
  };
  loss();
  unit_backward(y, norms.data(), d.span());
  expect_gradient(x.data(), d.data(), kRows * kCols, loss, "x");
}

TEST(UnitRows, ZeroRowsStayZeroAndFinite) {
  Matrix y(2, 3), d = random_matrix(2, 3, 1, 1e-20);
  std::vector<float> norms(2);
  unit_forward(y.span(), norms.data());
  unit_backward(y, norms.data(), d.span());
  for (Index i = 0; i < 6; ++i) EXPECT_TRUE(y.data()[i] == 0 && std::isfinite(d.data()[i]));
}

TEST(Bias, GradientIsTheSumOfColumns) {
  const Matrix d = random_matrix(kRows, kCols, 1);
  Matrix sums(1, kCols);
  add_column_sums(d, sums.span());
  for (Index c = 0; c < kCols; ++c) {
    double sum = 0;
    for (Index i = 0; i < kRows; ++i) sum += d(i, c);
    EXPECT_NEAR(sums(0, c), sum, 1e-5);
  }
}

}  // namespace
}  // namespace vec2vec::neural
