// The least D_KL of a machine of four hidden spins on 4x4, found again from ten seeds.
//
// A random start reaches it about two times in five: 33 of 80 at K_c, 38 of 80 at K = 0.3. Rounding decides
// which starts do, so on another processor they are others; 32 starts all miss it with probability 5e-8, one
// of thirteen searches does with 6e-7.

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "blockspin/rg/coupling_invariants.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/free_machine_search.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

constexpr double critical = 0.440686793509772;
/// Nats. Two minima at K = 0.3 are 1e-4 apart; the next ones are 5e-4 above these, at K_c 1.7e-3.
constexpr double tolerance = 2e-4;

struct Least {
  FreeMinima found;
  double pair_sum = 0;       ///< of its hidden spins
  double first_coupling = 0; ///< of hidden spins 0 and 1, which the numbering decides
};

Least searched(double coupling, std::uint64_t seed) {
  const std::array<std::uint64_t, 2> extents{4, 4};
  FreeMachine machine(all_states(SpinModel{16, periodic_bonds(extents), coupling, 0}.all_energies()), 4);
  const rng::Generator noise(seed, rng::StreamId::test, rng::instance_number("least"));
  FreeMachineSearch search(test_world(), std::move(machine),
                           free_machine_starts(std::vector<double>(64, 0.0), 32, noise));
  while (!search.done()) search.advance();
  Least least{search.minima(), 0, 0};
  const auto hamiltonian = search.machine().hidden_hamiltonian(least.found.least.weights);
  least.pair_sum = coupling_invariants(hamiltonian).pair_sum;
  least.first_coupling = couplings_of(hamiltonian)[3];
  return least;
}

std::vector<Least> expect_least_of_seeds(std::uint64_t n_seeds, double coupling, double least) {
  std::vector<Least> all;
  for (std::uint64_t seed = 1; seed <= n_seeds; ++seed) {
    all.push_back(searched(coupling, seed));
    const FreeMinima& found = all.back().found;
    EXPECT_NEAR(found.least.kl_divergence, least, tolerance) << "K = " << coupling << ", seed " << seed;
    EXPECT_GE(found.n_at_least, 1U);
    // The twin: a search that took any start's end for the least would not be near it.
    const auto& ends = found.kl_divergence;
    EXPECT_GT(*std::max_element(ends.begin(), ends.end()), least + tolerance);
  }
  return all;
}

double spread(const std::vector<Least>& all, double Least::*quantity) {
  const auto [least, most] = std::minmax_element(
      all.begin(), all.end(), [&](const Least& a, const Least& b) { return a.*quantity < b.*quantity; });
  return (*most).*quantity - (*least).*quantity;
}

} // namespace

TEST(LeastDivergence, IsFoundFromTenSeedsAtTheCriticalCoupling) {
  const auto all = expect_least_of_seeds(10, critical, 0.1540);
  EXPECT_LT(spread(all, &Least::pair_sum), 0.01) << "the same machine but for numbers and signs";
  EXPECT_GT(spread(all, &Least::first_coupling), 0.05) << "the twin: numbers and signs differ";
}

TEST(LeastDivergence, IsFoundAboveTheCriticalTemperature) { expect_least_of_seeds(3, 0.3, 0.2864); }
