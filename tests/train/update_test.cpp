// What an update makes of a gradient: decay, momentum, Adam, and the learning rate over the epochs.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "train/one_update.hpp"

using namespace blockspin;
using namespace blockspin::train;

TEST(Update, L2TakesOffItsShareOfTheWeight) {
  Settings settings = one_update();
  const Update plain = first_update(settings);
  settings.update.l2 = 0.25;
  const Update decayed = first_update(settings);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(decayed.step(i, 0) - plain.step(i, 0), -0.25F * plain.before.weights(i, 0), 1e-6);
}

TEST(Update, L1IsTakenOffAsItIsOrTimesTheLearningRateAndStopsAtZero) {
  Settings settings = one_update();
  settings.update.learning_rate = 0.1;
  const Update plain = first_update(settings);
  settings.update.l1 = 0.02;
  const Update per_update = first_update(settings);
  settings.update.l1_scaling = L1Scaling::times_learning_rate;
  const Update times_rate = first_update(settings);
  const auto shrunk = [](float w, float amount) {
    return std::copysign(std::max(std::abs(w) - amount, 0.0F), w);
  };
  for (std::size_t k = 0; k < 12; ++k) {
    const float w = plain.after.weights.flat()[k];
    EXPECT_NEAR(per_update.after.weights.flat()[k], shrunk(w, 0.02F), 1e-7);
    EXPECT_NEAR(times_rate.after.weights.flat()[k], shrunk(w, 0.002F), 1e-7);
  }
  settings.update.l1 = 1e3;
  const Update emptied = first_update(settings);
  for (const float w : emptied.after.weights.flat()) EXPECT_EQ(w, 0.0F);
}

TEST(Update, MomentumAddsWhatItKeepsOfTheLastStep) {
  UpdateRule rule;
  rule.momentum = 0.5;
  Optimiser optimiser(rule, 1, true);
  std::vector<float> w{1.0F}, gradient{2.0F};
  optimiser.apply(w, gradient, 1.0F, 0.1, 0);
  EXPECT_FLOAT_EQ(w[0], 1.2F);
  optimiser.apply(w, gradient, 1.0F, 0.1, 1);
  EXPECT_FLOAT_EQ(w[0], 1.5F);
}

TEST(Update, AdamsFirstStepIsTheLearningRateInTheGradientsDirection) {
  Settings settings = one_update();
  settings.update.learning_rate = 0.01;
  const Update plain = first_update(settings);
  settings.update.optimiser = OptimiserKind::adam;
  const Update adam = first_update(settings);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(adam.step(i, j), std::copysign(0.01F, plain.step(i, j)), 1e-4);
}

// By hand, as in Kingma & Ba, arXiv:1412.6980, algorithm 1: gradients 2 and -1. First m = 0.2, v = 0.004,
// both corrected 2 and 4; then m = 0.08, v = 0.004996, corrected m = 0.08 / 0.19, v = 0.004996 / 0.001999.
TEST(Update, AdamsSecondStepRemembersTheFirst) {
  UpdateRule rule;
  rule.optimiser = OptimiserKind::adam;
  Optimiser optimiser(rule, 1, true);
  std::vector<float> w{1.0F};
  optimiser.apply(w, std::vector{4.0F}, 0.5F, 0.1, 0);
  EXPECT_NEAR(w[0], 1.1, 1e-6);
  optimiser.apply(w, std::vector{-2.0F}, 0.5F, 0.1, 1);
  EXPECT_NEAR(w[0], 1.1 + 0.1 * (0.08 / 0.19) / std::sqrt(0.004996 / 0.001999), 2e-6);
}

TEST(Schedule, FallsLinearlyAsACosineOrByList) {
  UpdateRule rule;
  rule.learning_rate = 1.0;
  rule.schedule = Schedule::linear;
  rule.final_rate = 0.2;
  rule.schedule_epochs = 4;
  EXPECT_DOUBLE_EQ(rule.rate(0), 1.0);
  EXPECT_DOUBLE_EQ(rule.rate(2), 0.6);
  EXPECT_DOUBLE_EQ(rule.rate(9), 0.2);
  rule.schedule = Schedule::cosine;
  EXPECT_NEAR(rule.rate(2), 0.6, 1e-12);
  EXPECT_NEAR(rule.rate(1), 0.2 + 0.8 * 0.5 * (1 + std::sqrt(0.5)), 1e-12);
  rule.schedule = Schedule::list;
  rule.rates = {0.5, 0.1};
  EXPECT_DOUBLE_EQ(rule.rate(0), 0.5);
  EXPECT_DOUBLE_EQ(rule.rate(7), 0.1);
}
