#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/sampling.hpp"
#include "replica/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using replica::LadderSetup;
using replica::LaneLadders;
using replica::Sampling;

namespace {

const std::vector<double> temperatures = {1.0, 2.0, 3.0};
/// Energy per site of the 10x10 torus at those temperatures (Kaufman 1949).
const std::vector<double> exact_energy = {-1.99716, -1.74543, -0.82564};

LadderSetup make_setup(double scale = 1.0) {
  LadderSetup setup{lattice::Geometry({10, 10}), 0.0, {}};
  for (const double t : temperatures) setup.temperatures.push_back(scale * t);
  setup.n_ladders = 64;
  setup.seed = 41;
  return setup;
}

/// Pulls of the measured energies, in standard errors (and the five digits of the exact values).
std::vector<double> pulls(double scale) {
  const LadderSetup setup = make_setup(scale);
  LaneLadders ensemble(test_world(), setup);
  Sampling sampling(test_world(), ensemble, setup.geometry, {64 * 50, {}, 20});
  while (!sampling.done()) sampling.advance();
  const auto observables = sampling.observables(setup.temperatures, 0.0);
  std::vector<double> result;
  for (std::size_t t = 0; t < temperatures.size(); ++t) {
    const auto& energy = observables[t][ising::Observable::energy];
    result.push_back((energy.mean - exact_energy[t]) / std::hypot(energy.error, 3e-6));
  }
  return result;
}

std::vector<std::uint8_t> kept(const Sampling& sampling) {
  return sampling.kept().collect(test_world(), 1, 128).packed;
}

} // namespace

// A pull beyond 5.5 comes by chance once in 2.6e7.
TEST(Sampling, EnergiesOfTheTorusAreKaufmans) {
  for (const double pull : pulls(1.0)) EXPECT_LT(std::abs(pull), 5.5);
}

TEST(Sampling, TheTestSeesTemperaturesThatAreOff) {
  const auto found = pulls(1.02);
  EXPECT_GT(std::abs(found[1]), 5.5);
  EXPECT_GT(std::abs(found[2]), 5.5);
}

TEST(Sampling, ContinuesFromASavedStateAsIfNothingHadHappened) {
  const LadderSetup setup = make_setup();
  const replica::SamplingPlan plan{128, {}, {}};
  LaneLadders one(test_world(), setup), two(test_world(), setup), three(test_world(), setup);
  Sampling undisturbed(test_world(), one, setup.geometry, plan),
      first(test_world(), two, setup.geometry, plan), second(test_world(), three, setup.geometry, plan);
  while (!undisturbed.done()) undisturbed.advance();
  first.advance();
  MemoryState state;
  first.save(state);
  second.load(state);
  while (!second.done()) second.advance();
  EXPECT_EQ(kept(second), kept(undisturbed));
  EXPECT_EQ(second.interval(), undisturbed.interval());
  EXPECT_EQ(second.equilibration(), undisturbed.equilibration());
}
