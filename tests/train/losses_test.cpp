// SPDX-License-Identifier: Apache-2.0
#include "train/step/losses.h"

#include "neural/gradient_check.h"

namespace vec2vec::neural {
namespace {

constexpr Index kLossRows = 6, kLossCols = 5;
constexpr double kWeight = 1.7;

TEST(DistanceLoss, IsOneMinusCosineOfUnitRows) {
  Matrix y(1, 2), t(1, 2), d(1, 2);
  y(0, 0) = 1;
  t(0, 0) = 0.6f;
  t(0, 1) = 0.8f;
  EXPECT_NEAR(distance_loss(y, t, 1, d.span()), 1 - 0.6, 1e-6);
}

TEST(DistanceLoss, GradientAgreesWithFiniteDifferences) {
  Matrix y = random_matrix(kLossRows, kLossCols, 1), d(kLossRows, kLossCols), ignored(kLossRows, kLossCols);
  const Matrix target = random_matrix(kLossRows, kLossCols, 2);
  distance_loss(y, target, kWeight, d.span());
  expect_gradient(
      y.data(), d.data(), kLossRows * kLossCols, [&] { return kWeight * distance_loss(y, target, 0, ignored.span()); }, "y");
}

TEST(PreservationLoss, IsZeroForARotationAndItsGradientAgreesWithFiniteDifferences) {
  Matrix y = random_matrix(kLossRows, kLossCols, 1), d(kLossRows, kLossCols), ignored(kLossRows, kLossCols);
  Matrix rotated(kLossRows, kLossCols);
  for (Index i = 0; i < kLossRows; ++i)
    for (Index c = 0; c < kLossCols; ++c) rotated(i, c) = -y(i, (c + 2) % kLossCols);
  EXPECT_NEAR(preservation_loss(rotated, y, 1, ignored.span()), 0, 1e-8);
  const Matrix x = random_matrix(kLossRows, 3, 2);
  const double value = preservation_loss(y, x, kWeight, d.span());
  double expected = 0;
  for (Index i = 0; i < kLossRows; ++i)
    for (Index j = 0; j < kLossRows; ++j) {
      double difference = 0;
      for (Index c = 0; c < kLossCols; ++c) difference += y(i, c) * y(j, c);
      for (Index c = 0; c < 3; ++c) difference -= x(i, c) * x(j, c);
      expected += difference * difference / static_cast<double>(kLossRows);
    }
  EXPECT_NEAR(value, expected, 1e-4 * expected);
  expect_gradient(
      y.data(), d.data(), kLossRows * kLossCols, [&] { return kWeight * preservation_loss(y, x, 0, ignored.span()); }, "y");
}

TEST(LeastSquaresLoss, GradientAgreesWithFiniteDifferencesAndRangesAddUp) {
  Matrix s = random_matrix(kLossRows, 1, 1), d(kLossRows, 1), d_parts(kLossRows, 1), ignored(kLossRows, 1);
  const double whole = least_squares_loss(s, 1, kWeight, 0, kLossRows, d.span());
  const double parts = least_squares_loss(s, 1, kWeight, 0, 2, d_parts.span()) +
                       least_squares_loss(s, 1, kWeight, 2, kLossRows - 2, d_parts.span());
  EXPECT_NEAR(whole, parts, 1e-12);
  for (Index i = 0; i < kLossRows; ++i) EXPECT_EQ(d(i, 0), d_parts(i, 0));
  expect_gradient(
      s.data(), d.data(), kLossRows, [&] { return kWeight * least_squares_loss(s, 1, 0, 0, kLossRows, ignored.span()); }, "s");
}

}  // namespace
}  // namespace vec2vec::neural
