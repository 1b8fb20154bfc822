#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/block_transfer.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/exact_map.hpp"
#include "blockspin/rg/free_machine.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

std::vector<double> energies(std::uint64_t side, double coupling) {
  const std::array extents{side, side};
  return SpinModel{side * side, periodic_bonds(extents), coupling, 0}.all_energies();
}

std::vector<double> random_weights(std::size_t n, double scale) {
  const rng::Generator generator(9, rng::StreamId::test, rng::instance_number("free_machine"));
  std::vector<double> weights(n);
  for (std::size_t i = 0; i < n; ++i) weights[i] = static_cast<float>(scale * generator.normal(0, i));
  return weights;
}

} // namespace

TEST(FreeMachine, AgreesWithTheMapOfTheSameMachine) {
  const auto h = energies(3, 0.4);
  const FreeMachine machine(all_states(h), 4);
  const auto weights = random_weights(36, 0.6);
  rbm::Machine same(rbm::Units::spin, 9, 4);
  std::copy(weights.begin(), weights.end(), same.weights.flat().begin());
  const auto map = examine_map(h, machine_map(same, h));
  std::vector<double> gradient(36);
  EXPECT_NEAR(machine.kl_divergence(weights, gradient), map.kl_divergence, 1e-11);
  const auto hidden = machine.hidden_hamiltonian(weights);
  for (std::size_t state = 0; state < hidden.size(); ++state)
    EXPECT_NEAR(hidden[state], map.renormalised[state], 1e-11);
}

TEST(FreeMachine, GradientIsThatOfTheDivergence) {
  const FreeMachine machine(all_states(energies(3, 0.4)), 3);
  const auto weights = random_weights(27, 0.5);
  std::vector<double> gradient(27), unused(27);
  machine.kl_divergence(weights, gradient);
  for (const std::size_t k : {0U, 13U, 26U}) {
    auto up = weights, down = weights;
    up[k] += 1e-5;
    down[k] -= 1e-5;
    const double slope = (machine.kl_divergence(up, unused) - machine.kl_divergence(down, unused)) / 2e-5;
    EXPECT_NEAR(gradient[k], slope, 1e-7);
    EXPECT_GT(std::abs(gradient[k] + slope), 1e-4) << "the twin: the gradient of the other sign";
  }
}

TEST(FreeMachine, TrainingLowersTheDivergenceToAFlatPoint) {
  const FreeMachine machine(all_states(energies(3, 0.4)), 9);
  const auto start = random_weights(81, 0.1);
  std::vector<double> gradient(81);
  const double before = machine.kl_divergence(start, gradient);
  const auto trained = train_free_machine(machine, start);
  EXPECT_LT(trained.kl_divergence, 0.1 * before);
}

TEST(FreeMachine, OnASampleDivergesAsOnAllStates) {
  const SmallTorus torus{4, 0.4};
  const TorusSampler sampler(torus, rng::Generator(9, rng::StreamId::test, rng::instance_number("drawn")));
  const auto all = all_states(energies(4, 0.4)), sample = drawn_states(torus, sampler, 0, 20000);
  const FreeMachine machine(all, 4), drawn(sample, 4);
  const auto best = train_free_machine(machine, random_weights(64, 0.2));
  const auto estimated = drawn.kl_divergence_on(sample, best.weights);
  // False alarm: 6 standard errors of 20,000 independent values, 2e-9.
  EXPECT_LT(std::abs(estimated.value - best.kl_divergence), 6 * estimated.error);
  EXPECT_GT(std::abs(estimated.value - best.kl_divergence - 0.1), 6 * estimated.error) << "the twin";
  EXPECT_EQ(machine.kl_divergence_on(all, best.weights).error, 0);
  EXPECT_NEAR(machine.kl_divergence_on(all, best.weights).value, best.kl_divergence, 1e-10);
  // Trained on the sample, it is better there, and not much worse on all states: 64 weights cost
  // about 64 / 40,000 nats.
  std::vector<double> gradient(64);
  const auto trained = train_free_machine(drawn, best.weights);
  EXPECT_LT(trained.kl_divergence, drawn.kl_divergence(best.weights, gradient) + 1e-9);
  const double on_all = machine.kl_divergence(trained.weights, gradient);
  EXPECT_LT(on_all, best.kl_divergence + 0.02);
}
