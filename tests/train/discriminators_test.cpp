// SPDX-License-Identifier: Apache-2.0
#include "train/step/discriminators.h"

#include <cmath>

#include "neural/gradient_check.h"

namespace vec2vec::neural {
namespace {

TEST(Discriminators, GradientOfLossAndPenaltyAgreesWithFiniteDifferences) {
  constexpr double kPenalty = 0.3, kFar = 10;
  NeuralOptions options;
  options.discriminator_depth = 3;
  options.discriminator_width = 7;
  Discriminators discriminators(5, 6, 8, options);
  Random random(1);
  discriminators.initialise(random);
  const Matrix x = random_matrix(1, 5, 1), latent = random_matrix(1, 8, 2), x_near = random_matrix(1, 5, 3),
               latent_near = random_matrix(1, 8, 4);
  const std::vector<Discriminators::Lesson> lessons = {{0, x, 1.0, x_near}, {2, latent, 0.0, latent_near}};
  // Of one row the score follows from the loss for a label that is far away.
  const auto score = [&](int which, const Matrix& row) {
    Matrix d(1, row.cols());
    return kFar - std::sqrt(2 * discriminators.judge({{{which, row, kFar}, 1.0, d.span()}}, 1)[0]);
  };
  const auto loss = [&] {
    double sum = 0;
    for (const auto& [which, row, label, near] : {std::tuple(0, &x, 1.0, &x_near), std::tuple(2, &latent, 0.0, &latent_near)}) {
      const double s = score(which, *row), moved = score(which, *near);
      sum += std::pow(s - label, 2) / 2 + kPenalty / 2 * std::pow((moved - s) / kPenaltyRadius, 2);
    }
    return sum;
  };
  discriminators.learn(lessons, kPenalty, 1);
  Parameters& p = discriminators.parameters;
  const std::vector<float> gradients = p.gradients;
  expect_gradient(p.values.data(), gradients.data(), p.size(), loss, "penalty", 200);
}

}  // namespace
}  // namespace vec2vec::neural
