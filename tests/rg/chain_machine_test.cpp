#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/chain_machine.hpp"
#include "blockspin/rg/decimation.hpp"
#include "blockspin/rg/ring_sampler.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

/// One hidden spin a bond, weight w, every second unit turned over.
rbm::Machine bond_by_bond(std::size_t n, double w) {
  rbm::Machine machine(rbm::Units::spin, n, n);
  for (std::size_t j = 0; j < n; ++j)
    for (const std::size_t site : {j, (j + 1) % n})
      machine.weights(site, j) = static_cast<float>(j % 2 == 0 ? w : -w);
  return machine;
}

} // namespace

TEST(ChainMachine, TheExactMachineIsRecognised) {
  const auto found = examine_chain_machine(bond_by_bond(12, undecimated_coupling(0.4)), 0.4);
  ASSERT_EQ(found.weight.size(), 12U);
  for (const double w : found.weight) EXPECT_NEAR(w, 0.719178198047842, 1e-7);
  EXPECT_NEAR(found.coupling.value, 0.4, 1e-7) << "weights are float32";
  EXPECT_LT(found.other_coupling, 1e-12);
  EXPECT_LT(found.kl_divergence, 1e-11);
}

TEST(ChainMachine, NoticesAnotherWeight) { // the twin
  const auto found = examine_chain_machine(bond_by_bond(12, undecimated_coupling(0.4) + 0.01), 0.4);
  EXPECT_GT(found.kl_divergence, 1e-4);
  EXPECT_GT(found.coupling.value, 0.405);
}

TEST(ChainMachine, BondsOfTwoUnitsAreNotCounted) {
  auto machine = bond_by_bond(8, 0.7);
  for (std::size_t i = 0; i < 8; ++i) machine.weights(i, 3) = machine.weights(i, 2);
  EXPECT_EQ(examine_chain_machine(machine, 0.4).weight.size(), 6U);
}

// Chi-square over the 2^8 states, independent draws: |chi2 - 255| > 8 sqrt(510) has probability below 1e-10.
TEST(RingSampler, DrawsTheBoltzmannDistribution) {
  const auto chi_square = [](double drawn, double assumed) {
    const RingSampler sampler(drawn, 8, {2, rng::StreamId::test, rng::instance_number("ring")});
    std::vector<double> count(256, 0.0), weight(256);
    std::vector<std::int8_t> spins(8);
    constexpr int n = 200000;
    for (int i = 0; i < n; ++i) {
      sampler.draw(static_cast<std::uint64_t>(i), spins);
      std::size_t state = 0;
      for (std::size_t s = 0; s < 8; ++s) state |= static_cast<std::size_t>(spins[s] > 0) << s;
      ++count[state];
    }
    double total = 0, chi = 0;
    for (std::size_t state = 0; state < 256; ++state) {
      int bonds = 0;
      for (unsigned s = 0; s < 8; ++s) bonds += (state >> s & 1) == (state >> (s + 1) % 8 & 1) ? 1 : -1;
      total += weight[state] = std::exp(assumed * bonds);
    }
    for (std::size_t state = 0; state < 256; ++state) {
      const double expected = n * weight[state] / total;
      chi += std::pow(count[state] - expected, 2) / expected;
    }
    return chi;
  };
  EXPECT_LT(std::abs(chi_square(0.3, 0.3) - 255), 8 * std::sqrt(510.0));
  EXPECT_GT(chi_square(0.32, 0.3) - 255, 8 * std::sqrt(510.0)) << "the twin: another coupling must show";
}
