#include "neural/optimiser.h"

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

TEST(Clip, ScalesToTheLimitAndReturnsTheNormBefore) {
  Parameters p;
  const Slot slot = p.add("w", 1, 2);
  p.gradient(slot).data[0] = 3;
  p.gradient(slot).data[1] = 4;
  EXPECT_DOUBLE_EQ(clip_gradients(p, 10, 1), 5);
  EXPECT_EQ(p.gradients[0], 3);
  EXPECT_DOUBLE_EQ(clip_gradients(p, 1, 1), 5);
  EXPECT_NEAR(p.gradients[0], 0.6, 1e-6);
  EXPECT_NEAR(p.gradients[1], 0.8, 1e-6);
  p.gradients[1] = std::nanf("");
  EXPECT_TRUE(std::isnan(clip_gradients(p, 1, 1)));
}

TEST(AdamWOptimiser, DecaysMatricesOnlyAndClearsGradients) {
  Parameters p;
  const Slot matrix = p.add("w", 2, 1), bias = p.add("b", 1, 2);
  p.values = {1, 1, 1, 1};
  AdamW optimiser(p, {.weight_decay = 0.5});
  p.gradients = {0, 0, 0, 1};
  optimiser.step(p, 0.1, 1);
  EXPECT_NEAR(p.value(matrix).data[0], 0.95, 1e-6);
  EXPECT_NEAR(p.value(bias).data[0], 1, 1e-6);
  EXPECT_NEAR(p.value(bias).data[1], 0.9, 1e-6);  // the first step has the size of the learning rate
  for (float g : p.gradients) EXPECT_EQ(g, 0);
}

TEST(Average, MovesByOneMinusDecay) {
  std::vector<float> average = {0, 10};
  update_average(average, {10, 10}, 0.9, 1);
  EXPECT_NEAR(average[0], 1, 1e-6);
  EXPECT_NEAR(average[1], 10, 1e-6);
}

}  // namespace
}  // namespace vec2vec::neural
