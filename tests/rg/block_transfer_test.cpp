#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/block_transfer.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/spin_model.hpp"

using namespace blockspin::rg;

namespace {

constexpr double critical = 0.440686793509772;

std::vector<double> energies_of(const SmallTorus& torus) {
  const std::array<std::uint64_t, 2> extents{torus.side, torus.side};
  return SpinModel{extents[0] * extents[1], periodic_bonds(extents), torus.coupling, 0}.all_energies();
}

/// The state of 2x2 block `block` of a 4x4 lattice.
std::uint64_t block_of(std::uint64_t v, unsigned block) {
  const unsigned row = 2 * (block / 2), column = 2 * (block % 2);
  return (v >> (4 * row + column) & 3) | (v >> (4 * (row + 1) + column) & 3) << 2;
}

std::vector<double> enumerated(const SmallTorus& torus, const BlockKernel& kernel) {
  const auto energies = energies_of(torus);
  std::vector<double> result(16), exponents(energies.size());
  for (std::uint64_t h = 0; h < 16; ++h) {
    for (std::uint64_t v = 0; v < energies.size(); ++v) {
      exponents[v] = -energies[v];
      for (unsigned block = 0; block < 4; ++block)
        exponents[v] += kernel.value((h >> block & 1) != 0, block_of(v, block));
    }
    result[h] = -ln_sum_exp(exponents);
  }
  return result;
}

} // namespace

TEST(BlockTransfer, AgreesWithEnumerationOnSixteenSpins) {
  const SmallTorus torus{4, critical};
  const std::array lambda{0.3, 0.8, -0.2, 1.1};
  for (const auto& kernel : {kadanoff_kernel(2, lambda, true), kadanoff_kernel(2, lambda, false),
                             majority_kernel(2), decimation_kernel(2)}) {
    const auto expected = enumerated(torus, kernel);
    const auto got = renormalised_hamiltonian(torus, kernel);
    for (std::size_t h = 0; h < 16; ++h) EXPECT_NEAR(got[h], expected[h], 1e-11);
  }
}

TEST(BlockTransfer, LnZIsTheSumOverStates) {
  for (const unsigned side : {2U, 3U, 4U})
    EXPECT_NEAR(ln_z({side, 0.6}), -free_energy_of(energies_of({side, 0.6})), 1e-11);
}

TEST(BlockTransfer, NormalisedMapsKeepTheFreeEnergyOfThirtySixSpins) {
  for (const unsigned b : {2U, 3U}) {
    const SmallTorus torus{6, critical};
    const std::vector<double> lambda(b * b, 0.7);
    for (const auto& kernel : {kadanoff_kernel(b, lambda, true), majority_kernel(b), decimation_kernel(b)})
      EXPECT_NEAR(free_energy_of(renormalised_hamiltonian(torus, kernel)), -ln_z(torus), 1e-11);
  }
}

TEST(BlockTransfer, AFreeMapHasNoLowestFreeEnergy) { // also the twin of the test before
  double last = 0;
  for (const double strength : {1.0, 2.0, 4.0, 8.0}) {
    const std::vector<double> lambda(4, strength);
    const SmallTorus torus{6, critical};
    const double delta_f =
        free_energy_of(renormalised_hamiltonian(torus, kadanoff_kernel(2, lambda, false))) + ln_z(torus);
    EXPECT_LT(delta_f, last - 9 * strength) << "at least a fraction of 36 lambda";
    last = delta_f;
  }
}

TEST(BlockTransfer, HardKernelsAreMajorityRule) {
  const SmallTorus torus{6, 0.4};
  for (const unsigned b : {2U, 3U}) {
    const auto soft =
        renormalised_hamiltonian(torus, kadanoff_kernel(b, std::vector<double>(b * b, 20.0), true));
    const auto majority = renormalised_hamiltonian(torus, majority_kernel(b));
    for (std::size_t h = 0; h < soft.size(); ++h) EXPECT_NEAR(soft[h], majority[h], 1e-9);
  }
}

TEST(BlockCouplings, ReadBackAKnownHamiltonian) {
  for (const unsigned n : {2U, 3U}) {
    std::vector<double> hamiltonian(std::size_t{1} << n * n);
    for (std::uint64_t h = 0; h < hamiltonian.size(); ++h)
      for (unsigned row = 0; row < n; ++row)
        for (unsigned column = 0; column < n; ++column) {
          const auto at = [&](unsigned r, unsigned c) { return spin_of(h, r % n * n + c % n); };
          const int s = at(row, column), right = at(row, column + 1), below = at(row + 1, column);
          const int across = at(row + 1, column + 1);
          hamiltonian[h] -= 0.3 * s * (right + below) + 0.1 * (s * across + right * below) -
                            0.05 * s * right * below * across + 2;
        }
    const auto k = block_couplings(hamiltonian, n);
    EXPECT_NEAR(k.nearest, 0.3, 1e-13);
    EXPECT_NEAR(k.diagonal, 0.1, 1e-13);
    EXPECT_NEAR(k.plaquette, -0.05, 1e-13);
    EXPECT_NEAR(k.constant, 2, 1e-13);
    EXPECT_NEAR(k.rest, 0, 1e-13);
  }
}
