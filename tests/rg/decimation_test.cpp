#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/decimation.hpp"

using namespace blockspin::rg;

namespace {

/// ln Z of a small ring by summing over every state, and -ln of the sum over the odd
/// spins for fixed even spins.
std::vector<double> ring_energies(double coupling, unsigned n) {
  std::vector<double> energy(std::size_t{1} << n);
  for (std::uint64_t v = 0; v < energy.size(); ++v)
    for (unsigned i = 0; i < n; ++i) energy[v] -= coupling * spin_of(v, i) * spin_of(v, (i + 1) % n);
  return energy;
}

} // namespace

TEST(Decimation, FollowsTheKnownCouplings) {
  double k = 1;
  for (const double expected : {.66250137, .35006114, .11367207, .01281154, 1.6411765e-4}) {
    k = decimated_coupling(k);
    EXPECT_NEAR(k, expected, 1e-8 * std::max(1.0, expected));
  }
}

TEST(Decimation, ObeysTheTanhRuleAndItsInverseOverManyMagnitudes) {
  for (const double k : {1e-6, 1e-3, 0.1, 0.25, 0.4, 1.0, 5.0, 18.0}) {
    EXPECT_NEAR(std::tanh(decimated_coupling(k)) / std::pow(std::tanh(k), 2), 1, 1e-12) << k;
    EXPECT_NEAR(undecimated_coupling(decimated_coupling(k)) / k, 1, 1e-12) << k;
  }
  EXPECT_NEAR(undecimated_coupling(400), 400 + std::log(2) / 2, 1e-12);
  EXPECT_NEAR(undecimated_coupling(0.4), 0.719178198047842, 1e-14);
}

TEST(Decimation, SumsOverEverySecondSpinAsEnumerationDoes) {
  const double k = 0.73;
  const auto energy = ring_energies(k, 8);
  std::vector<double> left(16);
  for (std::uint64_t even = 0; even < 16; ++even) {
    std::vector<double> exponents;
    for (std::uint64_t v = 0; v < 256; ++v) {
      bool matches = true;
      for (unsigned a = 0; a < 4; ++a) matches = matches && (v >> 2 * a & 1) == (even >> a & 1);
      if (matches) exponents.push_back(-energy[v]);
    }
    left[even] = -ln_sum_exp(exponents);
  }
  const auto couplings = couplings_of(left);
  EXPECT_NEAR(couplings[0b0000], 4 * ln_removed_factor(k), 1e-12);
  EXPECT_NEAR(couplings[0b0011], decimated_coupling(k), 1e-13);
  EXPECT_NEAR(couplings[0b0101], 0, 1e-13);
  EXPECT_NEAR(couplings[0b1111], 0, 1e-13);
}

TEST(Decimation, RingLnZAgreesWithEnumeration) {
  for (const unsigned n : {1U, 2U, 3U, 10U})
    EXPECT_NEAR(ring_ln_z(0.6, n), -free_energy_of(ring_energies(0.6, n)), 1e-12) << n;
}

TEST(Decimation, CarriesTheFreeEnergyOfAMillionSpinsDownToOne) {
  for (const double k : {0.0, 0.4, 1.0, 3.0}) {
    const auto flow = decimate(k, std::uint64_t{1} << 20, 20);
    ASSERT_EQ(flow.coupling.size(), 21U);
    for (const double f : flow.free_energy)
      EXPECT_NEAR(f, flow.free_energy[0], 1e-13 * std::abs(flow.free_energy[0]));
  }
}

TEST(Decimation, NoticesAWrongFactor) { // the twin: one removed factor too many must show at once
  const auto flow = decimate(1, 1024, 5);
  const double wrong =
      flow.removed[3] - ln_removed_factor(flow.coupling[2]) / 1024 - ring_ln_z(flow.coupling[3], 128) / 1024;
  EXPECT_GT(std::abs(wrong - flow.free_energy[0]), 1e-4);
}
