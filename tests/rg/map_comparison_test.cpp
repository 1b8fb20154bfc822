#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "blockspin/rg/block_match.hpp"
#include "blockspin/rg/bond_moving.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/map_comparison.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rg/window_machine.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

const MapComparisonPlan plan{4, 2, {0.3, 0.4}, {0, 0.7}, 100, 3};

std::unique_ptr<MapComparisons> make(SafePoint safe_point) {
  const auto random = [](const char* name) {
    return rng::Generator(3, rng::StreamId::test, rng::instance_number(name));
  };
  return std::make_unique<MapComparisons>(test_world(), plan, random("noise"), random("draws"),
                                          std::move(safe_point));
}

std::size_t n_safe_points = 0; ///< of the whole run

/// The whole run, done once.
const MapComparisons& whole() {
  static const auto steps = run_through([](const SafePoint&) { return make([] { ++n_safe_points; }); });
  return *steps;
}

std::vector<double> energies(double coupling) {
  const std::vector<std::uint64_t> extents{4, 4};
  return SpinModel{16, periodic_bonds(extents), coupling, 0}.all_energies();
}

/// The block of a site of 4x4, and its place in the block.
unsigned block_of(unsigned site) { return site / 8 * 2 + site % 4 / 2; }
unsigned place_of(unsigned site) { return site / 4 % 2 * 2 + site % 2; }

/// H_RG by a kernel from its definition: the sum over all 2^16 states.
std::vector<double> enumerated(const BlockKernel& kernel, double coupling) {
  const auto energy = energies(coupling);
  std::vector<double> weight(16, 0.0);
  for (std::uint64_t v = 0; v < energy.size(); ++v) {
    std::array<std::uint64_t, 4> states{};
    for (unsigned site = 0; site < 16; ++site) states[block_of(site)] |= (v >> site & 1) << place_of(site);
    for (std::uint64_t h = 0; h < 16; ++h) {
      double exponent = -energy[v];
      for (unsigned block = 0; block < 4; ++block)
        exponent += kernel.value((h >> block & 1) != 0, states[block]);
      weight[h] += std::exp(exponent);
    }
  }
  for (double& w : weight) w = -std::log(w);
  return weight;
}

void expect_couplings(const BlockCouplings& found, const std::vector<double>& hamiltonian) {
  const auto direct = block_couplings(hamiltonian, 2);
  EXPECT_NEAR(found.nearest, direct.nearest, 1e-10);
  EXPECT_NEAR(found.diagonal, direct.diagonal, 1e-10);
  EXPECT_NEAR(found.plaquette, direct.plaquette, 1e-10);
  EXPECT_NEAR(found.rest, direct.rest, 1e-10);
}

} // namespace

TEST(MapComparison, FreeEnergiesAreThoseOfAllStates) {
  for (std::size_t k = 0; k < 2; ++k) {
    const MapComparison& found = whole().found()[k];
    const double f = free_energy_of(energies(plan.couplings[k]));
    EXPECT_NEAR(found.free_energy, f, 1e-10);
    for (std::size_t s = 0; s < 2; ++s) {
      const std::vector<double> lambda(4, plan.strengths[s]);
      EXPECT_NEAR(found.normalised_delta_f[s], 0, 1e-10);
      const auto free = enumerated(kadanoff_kernel(2, lambda, false), plan.couplings[k]);
      EXPECT_NEAR(found.free_delta_f[s], free_energy_of(free) - f, 1e-10);
      EXPECT_LE(found.moved_free_energy[s], f + 1e-10);
      EXPECT_LE(found.moved_free_energy[s], found.bound_free_energy + 1e-10);
    }
    EXPECT_LE(found.bound_free_energy, f + 1e-10);
  }
  EXPECT_GT(std::abs(whole().found()[0].free_energy - whole().found()[1].free_energy), 0.1)
      << "the twin: couplings exchanged";
}

TEST(MapComparison, CouplingsOfBlockMapsAreThoseOfAllStates) {
  const MapComparison& found = whole().found()[1];
  const double coupling = plan.couplings[1];
  expect_couplings(found.of(ComparedMap::majority), enumerated(majority_kernel(2), coupling));
  expect_couplings(found.of(ComparedMap::decimation), enumerated(decimation_kernel(2), coupling));
  const auto kernel = kadanoff_kernel(2, lambda_of_sites(2, found.bound_lambda), true);
  expect_couplings(found.of(ComparedMap::kadanoff), enumerated(kernel, coupling));
  const SmallTorus torus{4, coupling};
  const auto moved = moved_bound(torus, 2, found.bound_lambda);
  EXPECT_NEAR(moved.free_energy, found.bound_free_energy, 1e-10);
  expect_couplings(found.of(ComparedMap::moved), moved.renormalised);
}

TEST(MapComparison, MachinesHaveTheirWeightsDivergencesAndCouplings) {
  const MapComparison& found = whole().found()[1];
  const WindowMachine window({4, plan.couplings[1]}, 2);
  const FreeMachine machine(all_states(energies(plan.couplings[1])), 4);
  std::vector<double> gradient(64);
  const auto of_window = window.weights(found.block_machine_lambda);
  EXPECT_NEAR(machine.kl_divergence(of_window, gradient), found.block_machine_kl_divergence, 1e-9);
  expect_couplings(found.of(ComparedMap::block_machine), machine.hidden_hamiltonian(of_window));
  const double free = machine.kl_divergence(found.free_machine_weights, gradient);
  EXPECT_NEAR(free, found.free_machine_kl_divergence, 1e-9);
  EXPECT_EQ(found.free_machine_kl_divergence_error, 0) << "all states";
  EXPECT_LE(free, found.block_machine_kl_divergence + 1e-3) << "it began as the block machine, with noise";
  ASSERT_EQ(found.free_machine_minimum.size(), plan.n_starts);
  for (const double end : found.free_machine_minimum) EXPECT_LE(free, end + 1e-9);
  EXPECT_GE(found.n_starts_at_least, 1U);
}

TEST(MapComparison, TheFreeMachineHasBlockCouplingsWhereItsHiddenSpinsMatchBlocks) {
  for (std::size_t k = 0; k < 2; ++k) {
    const MapComparison& found = whole().found()[k];
    const FreeMachine machine(all_states(energies(plan.couplings[k])), 4);
    const auto hamiltonian = machine.hidden_hamiltonian(found.free_machine_weights);
    EXPECT_NEAR(found.invariants_of(ComparedMap::free_machine).pair_sum,
                coupling_invariants(hamiltonian).pair_sum, 1e-10);
    const bool is_matched = match_blocks({4, plan.couplings[k]}, 2, found.free_machine_weights).is_unique();
    EXPECT_EQ(is_matched, !std::isnan(found.of(ComparedMap::free_machine).nearest));
    if (is_matched) expect_couplings(found.of(ComparedMap::free_machine), hamiltonian);
  }
}

TEST(MapComparison, InvariantsOfBlockMapsAreSumsOfTheirCouplings) {
  // On 2x2 blocks four pairs are neighbours by two bonds each, two pairs by four diagonals.
  const MapComparison& found = whole().found()[1];
  for (const auto map : {ComparedMap::majority, ComparedMap::decimation, ComparedMap::kadanoff})
    EXPECT_NEAR(found.invariants_of(map).pair_sum, 8 * found.of(map).nearest + 8 * found.of(map).diagonal,
                1e-9);
}

TEST(MapComparison, BrokenOffAnywhereEndsAsIfLeftAlone) {
  const auto state = state_of(test_world(), whole());
  // In the midst of the first search, and where the last machine is judged.
  for (const std::size_t n : {n_safe_points / 4, n_safe_points - 1})
    EXPECT_TRUE(state_of(test_world(), *run_broken_off(test_world(), n, make)) == state) << n;
}
