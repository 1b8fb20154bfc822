#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/exact_map.hpp"
#include "blockspin/rg/known_machines.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

SpinModel torus(std::uint64_t rows, std::uint64_t columns, double coupling) {
  const std::array extents{rows, columns};
  return {rows * columns, periodic_bonds(extents), coupling, 0};
}

std::vector<std::int8_t> random_spins(std::uint64_t n, std::uint64_t number, double up) {
  const rng::Generator generator(3, rng::StreamId::test, rng::instance_number("known_machines"));
  std::vector<std::int8_t> spins(n);
  for (std::uint64_t i = 0; i < n; ++i) spins[i] = generator.uniform(number, i) < up ? 1 : -1;
  return spins;
}

} // namespace

TEST(BondMachine, HasTheWeightOfThePaper) {
  EXPECT_NEAR(BondMachine(torus(3, 3, 0.4)).weight(), 0.719178198047842, 1e-14);
}

TEST(BondMachine, IsExactOnTheWholeFortyByFortyLattice) {
  const auto model = torus(40, 40, 0.408);
  const BondMachine machine(model);
  const double expected = machine.ln_z(0);
  for (std::uint64_t number = 0; number < 50; ++number) { // from disorder to order
    const auto spins = random_spins(1600, number, 0.5 + 0.01 * static_cast<double>(number));
    EXPECT_NEAR(model.hamiltonian(spins) - machine.free_energy(spins), expected, 1e-10);
  }
}

TEST(BondMachine, ItsLnZIsTheSumOverStates) {
  const auto model = torus(3, 4, 0.408);
  const BondMachine machine(model);
  std::vector<double> free_energies;
  std::vector<std::int8_t> spins(12);
  for (std::uint64_t v = 0; v < 4096; ++v) {
    for (unsigned i = 0; i < 12; ++i) spins[i] = static_cast<std::int8_t>(spin_of(v, i));
    free_energies.push_back(machine.free_energy(spins));
  }
  EXPECT_NEAR(machine.ln_z(-free_energy_of(model.all_energies())), -free_energy_of(free_energies), 1e-11);
}

TEST(BondMachine, InSinglePrecisionShowsItsRounding) { // the twin of exactness
  auto model = torus(40, 40, 0.408);
  const double ln_z = BondMachine(model).ln_z(0);
  const auto exact = model;
  model.coupling = static_cast<float>(0.408);
  const auto spins = random_spins(1600, 0, 0.9);
  EXPECT_GT(std::abs(exact.hamiltonian(spins) - BondMachine(model).free_energy(spins) - ln_z), 1e-8);
}

TEST(LinTegmark, HasEqualFreeEnergiesAndIsInexact) {
  const double extra = 0.1;
  const auto model = torus(3, 3, 0.408);
  auto stronger = model;
  stronger.coupling += extra;
  const auto energies = model.all_energies();
  const double ln_z = -free_energy_of(energies), ln_z_prime = -free_energy_of(stronger.all_energies());
  const LinTegmarkMachine machine(model, extra, ln_z, ln_z_prime);

  // T = -E + H = -H(h) - K(v) - ln Z'; the hidden layer is a copy of the lattice.
  Array<double, 2> map({512, 512});
  for (std::uint64_t v = 0; v < 512; ++v)
    for (std::uint64_t h = 0; h < 512; ++h)
      map(v, h) = -energies[h] - extra / model.coupling * energies[v] - ln_z_prime;
  const auto exact = examine_map(energies, map);
  EXPECT_NEAR(exact.delta_f, 0, 1e-11);
  EXPECT_NEAR(machine.ln_z(), -exact.free_energy_hidden, 1e-11);
  EXPECT_GT(exact.kl_divergence, 0.01);
  EXPECT_GT(exact.ln_trace_std, 0.1);

  std::vector<std::int8_t> spins(9);
  for (std::uint64_t v = 0; v < 512; ++v) {
    for (unsigned i = 0; i < 9; ++i) spins[i] = static_cast<std::int8_t>(spin_of(v, i));
    EXPECT_NEAR(model.hamiltonian(spins) - machine.free_energy(spins), exact.ln_trace[v], 1e-11);
  }
}
