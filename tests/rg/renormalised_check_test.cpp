#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rg/exact_map.hpp"
#include "blockspin/rg/renormalised_check.hpp"
#include "rbm/small_machine.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

const rng::Generator generator(3, rng::StreamId::test, rng::instance_number("renormalised_check"));

SpinModel torus() {
  const std::array<std::uint64_t, 2> extents{3, 4};
  return {12, periodic_bonds(extents), 0.408, 0};
}

/// Largest |H_RG[h] - exact| over all states h, the exact one from summing over every v of `summed`.
double worst(const rbm::Machine& machine, const rbm::Machine& summed) {
  const auto energies = torus().all_energies();
  const auto exact = examine_map(energies, machine_map(summed, energies)).renormalised;
  std::vector<float> hidden(machine.n_hidden());
  double largest = 0;
  for (std::uint64_t h = 0; h < exact.size(); ++h) {
    rbm::set_state(h, machine.units, hidden);
    const auto pair = check_renormalised(machine, torus(), hidden, 3, generator, 3 * h);
    EXPECT_LT(pair.spread, 1e-10);
    largest = std::max({largest, std::abs(pair.sampled - exact[h]), std::abs(pair.machine - exact[h])});
  }
  return largest;
}

} // namespace

TEST(RenormalisedCheck, BothSidesAreTheSumOverEveryState) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto machine = rbm::random_machine(units, 12, 6, 4);
    EXPECT_LT(worst(machine, machine), 1e-10);
  }
}

TEST(RenormalisedCheck, NoticesAnotherMachine) { // the twin: one weight changed by 1e-6
  const auto machine = rbm::random_machine(rbm::Units::binary, 12, 6, 4);
  auto other = machine;
  other.weights(5, 3) += 1e-6F;
  EXPECT_GT(worst(machine, other), 1e-8);
}

// 40,000 units of one mean: the share of +1 is within 6.5 standard errors (false alarm 1e-10); against
// another field it is not.
TEST(RenormalisedCheck, UnitsAreDrawnWithTheirMeans) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const std::vector<double> fields(40000, 0.3);
    double sum = 0;
    for (const float value : drawn_units(units, fields, generator, 1000)) sum += value;
    const auto pull = [&](double field) {
      const double mean = rbm::mean_value(units, field);
      const double variance = units == rbm::Units::spin ? 1 - mean * mean : mean * (1 - mean);
      return std::abs(sum / 40000 - mean) / std::sqrt(variance / 40000);
    };
    EXPECT_LT(pull(0.3), 6.5);
    EXPECT_GT(pull(0.4), 6.5);
  }
}
