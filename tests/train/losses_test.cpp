#include "train/step/losses.h"

#include "neural/gradient_check.h"

namespace vec2vec::neural {
namespace {

constexpr Index kRows = 6, kCols = 5;
constexpr double kWeight = 1.7;

TEST(DistanceLoss, IsOneMinusCosineOfUnitRows) {
  Matrix y(1, 2), t(1, 2), d(1, 2);
  y(0, 0) = 1;
  t(0, 0) = 0.6f;
  t(0, 1) = 0.8f;
  EXPECT_NEAR(distance_loss(y, t, 1, d.span()), 1 - 0.6, 1e-6);
}

TEST(DistanceLoss, GradientAgreesWithFiniteDifferences) {
  Matrix y = random_matrix(kRows, kCols, 1), d(kRows, kCols), ignored(kRows, kCols);
  const Matrix target = random_matrix(kRows, kCols, 2);
  distance_loss(y, target, kWeight, d.span());
  expect_gradient(
      y.data(), d.data(), kRows * kCols, [&] { return kWeight * distance_loss(y, target, 0, ignored.span()); }, "y");
}

TEST(PreservationLoss, IsZeroForARotationAndItsGradientAgreesWithFiniteDifferences) {
  Matrix y = random_matrix(kRows, kCols, 1), d(kRows, kCols), ignored(kRows, kCols);
  Matrix rotated(kRows, kCols);
  for (Index i = 0; i < kRows; ++i)
    for (Index c = 0; c < kCols; ++c) rotated(i, c) = -y(i, (c + 2) % kCols);
  EXPECT_NEAR(preservation_loss(rotated, y, 1, ignored.span()), 0, 1e-8);
  const Matrix x = random_matrix(kRows, 3, 2);
  const double value = preservation_loss(y, x, kWeight, d.span());
  double expected = 0;
  for (Index i = 0; i < kRows; ++i)
    for (Index j = 0; j < kRows; ++j) {
      double difference = 0;
      for (Index c = 0; c < kCols; ++c) difference += y(i, c) * y(j, c);
      for (Index c = 0; c < 3; ++c) difference -= x(i, c) * x(j, c);
      expected += difference * difference / static_cast<double>(kRows);
    }
  EXPECT_NEAR(value, expected, 1e-4 * expected);
  expect_gradient(
      y.data(), d.data(), kRows * kCols, [&] { return kWeight * preservation_loss(y, x, 0, ignored.span()); }, "y");
}

TEST(LeastSquaresLoss, GradientAgreesWithFiniteDifferencesAndRangesAddUp) {
  Matrix s = random_matrix(kRows, 1, 1), d(kRows, 1), d_parts(kRows, 1), ignored(kRows, 1);
  const double whole = least_squares_loss(s, 1, kWeight, 0, kRows, d.span());
  const double parts =
      least_squares_loss(s, 1, kWeight, 0, 2, d_parts.span()) + least_squares_loss(s, 1, kWeight, 2, kRows - 2, d_parts.span());
  EXPECT_NEAR(whole, parts, 1e-12);
  for (Index i = 0; i < kRows; ++i) EXPECT_EQ(d(i, 0), d_parts(i, 0));
  expect_gradient(
      s.data(), d.data(), kRows, [&] { return kWeight * least_squares_loss(s, 1, 0, 0, kRows, ignored.span()); }, "s");
}

}  // namespace
}  // namespace vec2vec::neural
