// SPDX-License-Identifier: Apache-2.0
#include "train/step/optimiser.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vec2vec::neural {
namespace {

TEST(Schedule, RisesThenFallsToItsFinalFactor) {
  EXPECT_DOUBLE_EQ(schedule_factor(0, 100, 10, 0.1), 0.1);
  EXPECT_DOUBLE_EQ(schedule_factor(9, 100, 10, 0.1), 1.0);
  EXPECT_DOUBLE_EQ(schedule_factor(10, 100, 10, 0.1), 1.0);
  EXPECT_NEAR(schedule_factor(99, 100, 10, 0.1), 0.1, 1e-12);
  EXPECT_DOUBLE_EQ(schedule_factor(0, 100, 0, 0.1), 1.0);
  for (Index step = 11; step < 100; ++step)
    EXPECT_LT(schedule_factor(step, 100, 10, 0.1), schedule_factor(step - 1, 100, 10, 0.1));
}

TEST(Clip, ScalesToTheLimit) {
  Parameters p;
  p.add("w", 1, 2);
  p.gradients = {3, 4};
  EXPECT_DOUBLE_EQ(gradient_norm(p, 1), 5);
  EXPECT_DOUBLE_EQ(clip_factor(5, 10), 1);
  EXPECT_DOUBLE_EQ(clip_factor(5, 0), 1);
  EXPECT_DOUBLE_EQ(clip_factor(5, 1), 0.2);
  p.gradients[1] = std::nanf("");
  EXPECT_TRUE(std::isnan(gradient_norm(p, 1)));
}

TEST(AdamWOptimiser, DecaysMatricesOnly) {
  Parameters p;
  const Slot matrix = p.add("w", 2, 1), bias = p.add("b", 1, 2);
  p.values = {1, 1, 1, 1};
  AdamW optimiser(p, {.weight_decay = 0.5});
  p.gradients = {0, 0, 0, 1};
  optimiser.step(p, 0.1, {}, 1);
  EXPECT_NEAR(p.value(matrix).data[0], 0.95, 1e-6);
  EXPECT_NEAR(p.value(bias).data[0], 1, 1e-6);
  EXPECT_NEAR(p.value(bias).data[1], 0.9, 1e-6);  // the first step has the size of the learning rate
}

TEST(AdamWOptimiser, ScalesGradientsAndAveragesInTheSamePass) {
  constexpr Index kSize = 5000;  // more than a block
  Parameters whole, scaled;
  for (Parameters* p : {&whole, &scaled}) p->add("w", 2, kSize / 2);
  std::vector<float> average(kSize), expected(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    whole.gradients[i] = std::sin(static_cast<float>(i));
    scaled.gradients[i] = 4 * whole.gradients[i];
    average[i] = expected[i] = static_cast<float>(i);
  }
  AdamW one(whole, {}), other(scaled, {});
  for (int step = 0; step < 3; ++step) {
    one.step(whole, 0.1, {}, 2);
    other.step(scaled, 0.1, {0.25, &average, 0.9}, 2);
    EXPECT_EQ(whole.values, scaled.values);
    for (std::size_t i = 0; i < kSize; ++i) {
      expected[i] += 0.1f * (scaled.values[i] - expected[i]);
      ASSERT_NEAR(average[i], expected[i], 1e-5f * (1 + std::abs(expected[i])));
    }
  }
}

}  // namespace
}  // namespace vec2vec::neural
