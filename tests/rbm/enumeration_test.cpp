// Exact sums over states: against brute force, against numerical derivatives, and
// the same on every rank count.

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "rbm/small_machine.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

double brute_ln_z(const Machine& machine) {
  std::vector<float> v(machine.n_visible()), h(machine.n_hidden());
  double z = 0.0;
  for (std::uint64_t a = 0; a < std::uint64_t{1} << v.size(); ++a)
    for (std::uint64_t b = 0; b < std::uint64_t{1} << h.size(); ++b) {
      set_state(a, machine.units, v);
      set_state(b, machine.units, h);
      z += std::exp(-energy(machine, v, h));
    }
  return std::log(z);
}

std::vector<double> some_distribution(std::size_t n) {
  std::vector<double> p(n);
  for (std::size_t s = 0; s < n; ++s) p[s] = static_cast<double>(1 + s * s % 7);
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& x : p) x /= sum;
  return p;
}

/// d(-D_KL)/d(parameter) by central difference, to hold against the exact gradient
/// of the mean log-likelihood.
double slope(Machine machine, float& (*parameter)(Machine&), const std::vector<double>& data) {
  const float step = 1.0F / 256;
  parameter(machine) += step;
  const double up = kl_divergence(data, machine);
  parameter(machine) -= 2 * step;
  const double down = kl_divergence(data, machine);
  return -(up - down) / (2.0 * step);
}

} // namespace

TEST(LnZ, IsTheBruteForceSumWhicheverLayerIsSmaller) {
  for (const Units units : {Units::spin, Units::binary}) {
    for (const auto& [n, m] : {std::pair{4, 3}, std::pair{3, 5}, std::pair{1, 1}}) {
      const Machine machine =
          random_machine(units, static_cast<std::size_t>(n), static_cast<std::size_t>(m), 3);
      EXPECT_NEAR(ln_z(machine), brute_ln_z(machine), 1e-12);
      EXPECT_NEAR(ln_z(machine.transposed()), brute_ln_z(machine), 1e-12);
    }
  }
}

TEST(LnZ, HasTheSameBitsOnEveryRankCount) {
  const Machine machine = random_machine(Units::spin, 15, 20, 4, 0.2);
  EXPECT_EQ(ln_z(machine, test_world()), ln_z(machine));
}

TEST(LnZ, GoesOnFromASavedStateWithTheSameBits) {
  const Machine machine = random_machine(Units::spin, 15, 20, 4, 0.2); // 8 blocks
  LnZSum stopped(machine, test_world());
  stopped.advance();
  MemorySink sink(test_world());
  stopped.save(sink);
  MemorySource source(sink.state());
  LnZSum continued(machine, test_world());
  continued.load(source);
  EXPECT_NEAR(continued.work_done(), stopped.work_done(), 1);
  EXPECT_EQ(continued.work_total(), 8);
  while (!continued.done()) continued.advance();
  EXPECT_EQ(continued.ln_z(), ln_z(machine));
}

TEST(LnZ, OfVeryManyOtherUnitsIsSummedInShorterBlocks) {
  const Machine machine(Units::spin, 1 << 15, 12);
  EXPECT_EQ(LnZSum(machine, test_world()).work_total(), 2); // 2^11 states of 2^15 units each
  EXPECT_NEAR(ln_z(machine, test_world()), ((1 << 15) + 12) * std::log(2.0), 1e-6);
}

TEST(LnZ, OfUncoupledUnitsIsASumOverUnits) {
  Machine machine(Units::spin, 20, 30);
  for (float& b : machine.visible_bias) b = 0.5F;
  EXPECT_NEAR(ln_z(machine), 20 * std::log(2 * std::cosh(0.5)) + 30 * std::log(2.0), 1e-9);
}

TEST(LnZ, RefusesLayersTooLargeToEnumerate) {
  const Machine machine(Units::spin, 25, 30);
  EXPECT_FALSE(can_enumerate(machine));
  EXPECT_THROW(ln_z(machine), Error);
}

TEST(Distribution, SumsToOneAndFollowsTheFreeEnergy) {
  const Machine machine = random_machine(Units::binary, 4, 3, 5);
  const std::vector<double> p = visible_distribution(machine);
  EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1.0, 1e-12);
  std::vector<float> v(4);
  set_state(9, Units::binary, v);
  EXPECT_NEAR(std::log(p[9]), -free_energy(machine, v) - ln_z(machine), 1e-12);
}

TEST(ExactGradient, IsTheDerivativeOfTheLogLikelihood) {
  const std::vector<double> data = some_distribution(16);
  for (const Units units : {Units::spin, Units::binary}) {
    const Machine machine = random_machine(units, 4, 3, 6);
    const ExactGradient gradient = log_likelihood_gradient(machine, data);
    EXPECT_NEAR(gradient.weights(2, 1),
                slope(
                    machine, [](Machine& m) -> float& { return m.weights(2, 1); }, data),
                1e-5);
    EXPECT_NEAR(gradient.visible_bias[3],
                slope(
                    machine, [](Machine& m) -> float& { return m.visible_bias[3]; }, data),
                1e-5);
    EXPECT_NEAR(gradient.hidden_bias[0],
                slope(
                    machine, [](Machine& m) -> float& { return m.hidden_bias[0]; }, data),
                1e-5);
  }
}

TEST(KlDivergence, VanishesForTheMachinesOwnDistributionOnly) {
  const Machine machine = random_machine(Units::spin, 4, 3, 7);
  EXPECT_NEAR(kl_divergence(visible_distribution(machine), machine), 0.0, 1e-12);
  EXPECT_GT(kl_divergence(some_distribution(16), machine), 0.01);
}
