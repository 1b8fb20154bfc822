#include "blockspin/rg/machine_couplings.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/unit_couplings.hpp"
#include "blockspin/rng/generator.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::rg {
namespace {

const rng::Generator generator(7, rng::StreamId::test, rng::instance_number("machine_couplings"));

/// Uniform in (-1, 1).
double random(std::uint64_t a, std::uint64_t b) {
  return static_cast<double>(generator.word(a, b) >> 11) * 0x1p-52 - 1;
}

rbm::Machine random_machine(rbm::Units units, std::size_t n_visible, std::size_t n_hidden, double scale) {
  rbm::Machine machine(units, n_visible, n_hidden);
  for (std::size_t i = 0; i < machine.weights.size(); ++i)
    machine.weights.flat()[i] = static_cast<float>(scale * random(1, i));
  for (std::size_t i = 0; i < n_visible; ++i) machine.visible_bias[i] = static_cast<float>(random(2, i));
  for (std::size_t j = 0; j < n_hidden; ++j)
    machine.hidden_bias[j] = static_cast<float>(scale * random(3, j));
  return machine;
}

/// Couplings of all sets of sites from the free energy of all states, [mask].
std::vector<double> enumerated(const rbm::Machine& machine) {
  std::vector<double> energy;
  std::vector<float> visible(machine.n_visible());
  for (std::uint64_t state = 0; state < std::uint64_t{1} << visible.size(); ++state) {
    for (std::size_t i = 0; i < visible.size(); ++i)
      visible[i] = (state >> i & 1) != 0 ? 1.0F : off_value(machine.units);
    energy.push_back(rbm::free_energy(machine, visible));
  }
  return couplings_of(energy);
}

std::vector<std::uint64_t> sites_of(std::uint64_t mask) {
  std::vector<std::uint64_t> sites;
  for (std::uint64_t i = 0; mask >> i != 0; ++i)
    if ((mask >> i & 1) != 0) sites.push_back(i);
  return sites;
}

/// The largest difference over all sets of sites but the empty one.
double worst_difference(const rbm::Machine& machine, const rbm::Machine& enumerated_one) {
  const SpinForm form(machine);
  const std::vector<double> known = enumerated(enumerated_one);
  std::vector<double> found(known.size(), 0.0);
  for (std::size_t j = 0; j < machine.n_hidden(); ++j) {
    const UnitCouplings unit(form.hidden[j], form.weights.row(j));
    for (std::uint64_t mask = 1; mask < known.size(); ++mask) found[mask] += unit.coupling(sites_of(mask));
  }
  for (std::size_t i = 0; i < machine.n_visible(); ++i) found[std::uint64_t{1} << i] += form.fields[i];
  double worst = 0;
  for (std::uint64_t mask = 1; mask < known.size(); ++mask)
    worst = std::max(worst, std::abs(found[mask] - known[mask]));
  return worst;
}

std::vector<double> numbers(const std::vector<PlacedCoupling>& all) {
  std::vector<double> flat;
  for (const PlacedCoupling& k : all) flat.insert(flat.end(), {k.mean, k.spread, k.error});
  return flat;
}

std::vector<PlacedCoupling> couplings_on(const mpi::Communicator& comm, const rbm::Machine& machine,
                                         const std::vector<std::uint64_t>& extents,
                                         const std::vector<ising::Operator>& operators,
                                         int stop_after = 1000000) {
  SavedState state;
  for (bool loads = false;; loads = true) {
    MachineCouplings steps(comm, machine, extents, operators, {});
    if (loads) {
      MemorySource source(state);
      steps.load(source);
    }
    for (int step = 0; step < stop_after && !steps.done(); ++step) steps.advance();
    if (steps.done()) return steps.couplings();
    MemorySink sink(comm);
    steps.save(sink);
    state = sink.state();
  }
}

std::vector<ising::Operator> all_operators() {
  std::vector<ising::Operator> all = ising::even_operators(2);
  all.insert(all.end(), ising::odd_operators(2).begin(), ising::odd_operators(2).end());
  return all;
}

} // namespace

// Every set of sites, 4095 of them, with weights from small to so large that ln 2cosh is all but |x|.
TEST(MachineCouplings, AreThoseOfEnumeration) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary})
    for (const double scale : {0.05, 0.6, 5.0}) {
      const rbm::Machine machine = random_machine(units, 12, 3, scale);
      EXPECT_LT(worst_difference(machine, machine), 1e-12 * std::max(1.0, 4 * scale)) << scale;
    }
}

TEST(MachineCouplings, TheTestSeesABiasThatIsForgotten) {
  rbm::Machine machine = random_machine(rbm::Units::binary, 10, 3, 0.6);
  const rbm::Machine whole = machine;
  machine.hidden_bias[1] = 0;
  EXPECT_GT(worst_difference(machine, whole), 1e-3);
}

// n equal weights: the sum of n - 2 fair spins is binomial, at sizes nobody enumerates.
TEST(MachineCouplings, OfManyEqualWeightsAreBinomialSums) {
  const double w = 0.03, c = 0.2;
  for (const std::size_t n : {40U, 1600U}) {
    const UnitCouplings unit(c, std::vector<double>(n, w));
    const auto m = static_cast<double>(n - 2);
    double pair = 0;
    for (double up = 0; up <= m; ++up) {
      const double p =
          std::exp(std::lgamma(m + 1) - std::lgamma(up + 1) - std::lgamma(m - up + 1) - m * std::log(2.0));
      const double x = c + w * (2 * up - m);
      pair += p * (ln_2cosh(x + 2 * w) - 2 * ln_2cosh(x) + ln_2cosh(x - 2 * w)) / 4;
    }
    const std::vector<std::uint64_t> sites = {3, n - 1};
    EXPECT_NEAR(unit.coupling(sites) / pair, 1, 1e-11) << n;
  }
}

// One hidden unit a bond: the Ising model. Weights are float32, and so K is that of the rounded weight.
TEST(MachineCouplings, OfTheBondMachineAreThoseOfTheIsingModel) {
  const std::vector<std::uint64_t> extents = {6, 8};
  const auto w = static_cast<float>(0.5 * std::acosh(std::exp(2 * 0.4)));
  const auto bonds = placed_products(ising::even_operators(2).front(), ising::RowLattice(extents));
  ASSERT_EQ(bonds.size(), 96U);
  rbm::Machine machine(rbm::Units::spin, 48, bonds.size());
  for (std::size_t b = 0; b < bonds.size(); ++b)
    for (const std::uint64_t site : bonds[b]) machine.weights(site, b) = w;
  const auto found = couplings_on(test_world(), machine, extents, all_operators());
  for (std::size_t k = 0; k < found.size(); ++k) {
    EXPECT_NEAR(found[k].mean, k == 0 ? 0.5 * std::log(std::cosh(2.0 * static_cast<double>(w))) : 0.0, 1e-14)
        << k;
    EXPECT_LT(found[k].spread, 1e-14);
  }
  EXPECT_NEAR(found[0].mean, 0.4, 1e-6);
}

// Means and spreads over the products of 4x4 spins, from all 65536 states.
TEST(MachineCouplings, AreAveragedOverTheLattice) {
  const std::vector<std::uint64_t> extents = {4, 4};
  const ising::RowLattice lattice(extents);
  const rbm::Machine machine = random_machine(rbm::Units::binary, 16, 5, 0.8);
  const std::vector<double> known = enumerated(machine);
  const auto found = couplings_on(test_world(), machine, extents, all_operators());
  for (std::size_t k = 0; k < found.size(); ++k) {
    const auto products = placed_products(all_operators()[k], lattice);
    EXPECT_EQ(products.size(), ising::n_products(all_operators()[k], lattice)) << k;
    double sum = 0, square = 0;
    for (const auto& sites : products) {
      std::uint64_t mask = 0;
      for (const std::uint64_t site : sites) mask |= std::uint64_t{1} << site;
      sum += known[mask];
      square += known[mask] * known[mask];
    }
    const auto n = static_cast<double>(products.size());
    EXPECT_NEAR(found[k].mean, sum / n, 1e-12) << k;
    EXPECT_NEAR(found[k].spread, std::sqrt(square / n - sum * sum / n / n), 1e-10) << k;
    EXPECT_NEAR(found[k].error, found[k].spread / std::sqrt(n), 1e-15) << k;
  }
}

TEST(MachineCouplings, AreTheSameOnAnyNumberOfRanksAndAfterStops) {
  rbm::Machine machine = random_machine(rbm::Units::spin, 60, 23, 0.7);
  const std::vector<std::uint64_t> extents = {6, 10};
  const auto alone = numbers(couplings_on(mpi::Communicator::self(), machine, extents, all_operators()));
  EXPECT_EQ(numbers(couplings_on(test_world(), machine, extents, all_operators())), alone);
  EXPECT_EQ(numbers(couplings_on(test_world(), machine, extents, all_operators(), 2)), alone);
  machine.weights(59, 22) += 1e-4F; // the comparison can tell
  EXPECT_NE(numbers(couplings_on(test_world(), machine, extents, all_operators())), alone);
}

} // namespace blockspin::rg
