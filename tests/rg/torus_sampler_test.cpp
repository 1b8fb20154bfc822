// Exact draws of small tori against the transfer matrix and enumeration.

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/torus_sampler.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

constexpr std::size_t n = 40000;

/// Standard errors between the mean bond sum of n draws and the exact one at `assumed`.
double deviation(unsigned side, double sampled, double assumed) {
  const TorusSampler sampler({side, sampled}, rng::Generator(5, rng::StreamId::test, side));
  const std::array<std::uint64_t, 2> extents{side, side};
  const SpinModel model{side * side, periodic_bonds(extents), assumed, 0};
  double sum = 0, squares = 0;
  std::vector<std::int8_t> spins(side * side);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t state = sampler.draw(i);
    for (unsigned site = 0; site < side * side; ++site)
      spins[site] = static_cast<std::int8_t>(spin_of(state, site));
    const double bonds = static_cast<double>(model.bond_sum(spins));
    EXPECT_EQ(bonds, bond_sum({side, assumed}, state));
    sum += bonds;
    squares += bonds * bonds;
  }
  const double mean = sum / n;
  return (mean - ln_z_slope({side, assumed})) / std::sqrt((squares / n - mean * mean) / n);
}

} // namespace

// False alarm: 6 standard errors, 2e-9 each.
TEST(TorusSampler, BondSumIsExact) {
  EXPECT_LT(std::abs(deviation(4, 0.44, 0.44)), 6);
  EXPECT_LT(std::abs(deviation(6, 0.44, 0.44)), 6);
}

TEST(TorusSampler, NoticesAnotherCoupling) { // the twin
  EXPECT_GT(std::abs(deviation(6, 0.45, 0.44)), 6);
}

// Every state of 3x3 as often as it should be: chi^2 of 512 cells, mean 511, standard deviation 32; 6 of them
// make a false alarm below 1e-7.
TEST(TorusSampler, EveryStateIsAsLikelyAsItsWeight) {
  const std::array<std::uint64_t, 2> extents{3, 3};
  const auto energies = SpinModel{9, periodic_bonds(extents), 0.2, 0}.all_energies();
  const double f = free_energy_of(energies);
  const TorusSampler sampler({3, 0.2}, rng::Generator(5, rng::StreamId::test, 3));
  std::vector<double> count(512, 0.0);
  for (std::size_t i = 0; i < n; ++i) ++count[sampler.draw(i)];
  double chi2 = 0;
  for (std::size_t v = 0; v < 512; ++v) {
    const double expected = n * std::exp(f - energies[v]);
    chi2 += std::pow(count[v] - expected, 2) / expected;
  }
  EXPECT_LT(std::abs(chi2 - 511), 6 * 32);
}
