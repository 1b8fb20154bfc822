// The gradient of an update against enumeration, and what each option adds to it.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/train/trainer.hpp"
#include "train/small_data.hpp"

using namespace blockspin;
using namespace blockspin::train;

namespace {

constexpr std::uint64_t n_rows = 20000;

/// All rows in one batch, learning rate 1: the first update is the gradient.
Settings one_update() {
  Settings settings;
  settings.n_hidden = 3;
  settings.batch = n_rows;
  settings.epochs = 1;
  settings.initial_std = 0.3;
  settings.update.learning_rate = 1.0;
  settings.seed = 11;
  return settings;
}

/// q over the states of four units.
std::vector<double> four_unit_data() {
  std::vector<double> p(16);
  for (std::size_t s = 0; s < 16; ++s) p[s] = static_cast<double>(1 + s * s % 7) / 60.0;
  double sum = 0.0;
  for (const double x : p) sum += x;
  for (double& x : p) x /= sum;
  return p;
}

struct Update {
  rbm::Machine before, after;
  float step(std::size_t i, std::size_t j) const { return after.weights(i, j) - before.weights(i, j); }
};

Update first_update(const Settings& settings) {
  static const auto comm = mpi::Communicator::self();
  const DataPart data = drawn_data(comm, four_unit_data(), 4, n_rows);
  Trainer trainer(comm, data, settings);
  Update update{trainer.machine(), {}};
  while (!trainer.done()) trainer.advance();
  update.after = trainer.machine();
  return update;
}

/// Largest difference between the update and the exact gradient, in units of 1 / sqrt(n_rows).
double distance_from_exact(const Settings& settings) {
  const Update update = first_update(settings);
  const auto exact = rbm::log_likelihood_gradient(update.before, four_unit_data());
  double largest = 0.0;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      largest = std::max(largest, std::abs(update.step(i, j) - exact.weights(i, j)));
  for (std::size_t i = 0; i < 4; ++i)
    largest = std::max(largest, std::abs(update.after.visible_bias[i] - exact.visible_bias[i]));
  for (std::size_t j = 0; j < 3; ++j)
    largest = std::max(largest, std::abs(update.after.hidden_bias[j] - exact.hidden_bias[j]));
  return largest * std::sqrt(static_cast<double>(n_rows));
}

} // namespace

// Each element is the difference of two means over n_rows of values within [-1, 1]: standard deviation below
// sqrt(2 / n_rows). 19 elements beyond 8 / sqrt(n_rows) = 5.6 standard deviations: below 1e-6.
TEST(Gradient, OfLongChainsIsThatOfTheLogLikelihood) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary})
    for (const auto algorithm : {Algorithm::cd, Algorithm::pcd, Algorithm::pt}) {
      Settings settings = one_update();
      settings.units = units;
      settings.algorithm = algorithm;
      settings.gibbs_steps = 30;
      settings.tempering_replicas = 3;
      EXPECT_LT(distance_from_exact(settings), 8.0);
    }
}

// The twin: one step from the data is a biased gradient, and must be seen as such here.
TEST(Gradient, OfOneStepFromTheDataIsSeenToBeBiased) {
  Settings settings = one_update();
  settings.initial_std = 1.5;
  EXPECT_GT(distance_from_exact(settings), 8.0);
}

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
  settings.update.optimiser = OptimiserKind::adam;
  settings.update.learning_rate = 0.01;
  const Update update = first_update(settings);
  for (std::size_t k = 0; k < 12; ++k)
    EXPECT_NEAR(std::abs(update.after.weights.flat()[k] - update.before.weights.flat()[k]), 0.01, 1e-4);
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

TEST(Grid, KeepsEverySumExactInFloat) {
  EXPECT_EQ(hidden_grid_bits(200), 15);
  EXPECT_EQ(hidden_grid_bits(512), 15);
  EXPECT_EQ(hidden_grid_bits(513), 14);
  for (const std::uint64_t n : {2U, 512U, 1000U, 4096U, 1U << 20})
    EXPECT_LE(static_cast<double>(n) * std::exp2(hidden_grid_bits(n)), std::exp2(24));
}
