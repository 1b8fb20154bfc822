#include <array>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/rg/coupling_invariants.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin::rg;

namespace {

constexpr unsigned n_spins = 4;
/// Mask of products of two spins, and of all four.
constexpr std::array<std::uint64_t, 7> products{3, 5, 9, 6, 10, 12, 15};

/// H of these couplings, spin i of it standing at place[i] and multiplied by sign[i].
std::vector<double> hamiltonian(const std::array<double, 7>& couplings, const std::array<unsigned, 4>& place,
                                const std::array<int, 4>& sign) {
  std::vector<double> energy(1U << n_spins, 0.0);
  for (std::uint64_t state = 0; state < energy.size(); ++state)
    for (std::size_t k = 0; k < products.size(); ++k) {
      int product = 1;
      for (unsigned i = 0; i < n_spins; ++i)
        if ((products[k] >> i & 1) != 0) product *= sign[i] * spin_of(state, place[i]);
      energy[state] -= couplings[k] * product;
    }
  return energy;
}

const std::array<double, 7> ferromagnet{0.3, 0.2, 0.05, 0.1, 0.2, 0.3, -0.04};
const std::array<unsigned, 4> in_order{0, 1, 2, 3};
const std::array<int, 4> all_up{1, 1, 1, 1};

} // namespace

TEST(CouplingInvariants, OfAFerromagnetAreItsSumsOfPairsAndStrengths) {
  const auto found = coupling_invariants(hamiltonian(ferromagnet, in_order, all_up));
  EXPECT_NEAR(found.pair_sum, 1.15, 1e-12);
  ASSERT_EQ(found.strength.size(), 2U);
  EXPECT_NEAR(found.strength[0], std::sqrt(2 * 0.09 + 2 * 0.04 + 0.0025 + 0.01), 1e-12);
  EXPECT_NEAR(found.strength[1], 0.04, 1e-12);
}

TEST(CouplingInvariants, NeitherNumbersNorSignsOfSpinsMatter) {
  const auto plain = coupling_invariants(hamiltonian(ferromagnet, in_order, all_up));
  for (const std::array<unsigned, 4>& place : {std::array{3U, 1U, 0U, 2U}, std::array{1U, 2U, 3U, 0U}})
    for (const std::array<int, 4>& sign : {std::array{1, -1, 1, 1}, std::array{-1, 1, 1, -1}}) {
      const auto energy = hamiltonian(ferromagnet, place, sign);
      const auto found = coupling_invariants(energy);
      EXPECT_NEAR(found.pair_sum, plain.pair_sum, 1e-12);
      EXPECT_NEAR(found.strength[0], plain.strength[0], 1e-12);
      EXPECT_NEAR(found.strength[1], plain.strength[1], 1e-12);
      EXPECT_GT(std::abs(couplings_of(energy)[3] - 0.3), 0.05) << "the twin: the coupling of spins 0 and 1";
    }
}

TEST(CouplingInvariants, AFrustratedSquareIsTurnedToItsLargestSum) {
  // Three bonds of a ring at +1, one at -1: the best turning leaves one bond unsatisfied.
  const auto found = coupling_invariants(hamiltonian({1, 0, -1, 1, 0, 1, 0}, in_order, all_up));
  EXPECT_NEAR(found.pair_sum, 2, 1e-12);
}
