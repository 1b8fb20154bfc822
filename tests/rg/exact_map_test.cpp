#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/exact_map.hpp"
#include "blockspin/rg/spin_model.hpp"
#include "blockspin/rng/generator.hpp"

using namespace blockspin;
using namespace blockspin::rg;

namespace {

SpinModel torus(std::uint64_t rows, std::uint64_t columns, double coupling) {
  const std::array extents{rows, columns};
  return {rows * columns, periodic_bonds(extents), coupling, 0};
}

rbm::Machine random_machine(rbm::Units units, std::size_t n_visible, std::size_t n_hidden, double scale) {
  const rng::Generator generator(7, rng::StreamId::test, rng::instance_number("exact_map"));
  rbm::Machine machine(units, n_visible, n_hidden);
  std::uint64_t index = 0;
  const auto draw = [&] { return static_cast<float>(scale * generator.normal(0, index++)); };
  for (float& weight : machine.weights.flat()) weight = draw();
  for (float& bias : machine.visible_bias) bias = draw();
  for (float& bias : machine.hidden_bias) bias = draw();
  return machine;
}

} // namespace

TEST(SpinModel, CountsEveryBondOfATorusOnce) {
  const auto model = torus(3, 4, 1);
  EXPECT_EQ(model.bonds.size(), 24U);
  const std::vector<std::int8_t> up(12, 1);
  EXPECT_EQ(model.bond_sum(up), 24);
  std::vector<std::int8_t> one_down = up;
  one_down[5] = -1;
  EXPECT_EQ(model.bond_sum(one_down), 24 - 2 * 4);
}

TEST(ExactMap, IdentitiesHoldForAnyMachineToRounding) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto model = torus(3, 3, 0.408);
    const auto energies = model.all_energies();
    const auto machine = random_machine(units, 9, 5, 0.7);
    const auto map = examine_map(energies, machine_map(machine, energies));
    EXPECT_LT(check_identities(machine, energies, map).largest(), 1e-10);
    EXPECT_GT(map.kl_divergence, 0.1) << "a random machine is no Ising model";
    EXPECT_GT(map.ln_trace_std, 0.1);
  }
}

TEST(ExactMap, NoticesAMachineThatIsNotTheOneExamined) { // the twin: one weight changed by 1e-6
  const auto energies = torus(3, 3, 0.408).all_energies();
  auto machine = random_machine(rbm::Units::spin, 9, 4, 0.5);
  const auto map = examine_map(energies, machine_map(machine, energies));
  machine.weights(4, 2) += 1e-6F;
  const auto errors = check_identities(machine, energies, map);
  EXPECT_GT(errors.trace, 1e-8);
  EXPECT_GT(errors.renormalised, 1e-8);
  EXPECT_GT(errors.mean_trace, 1e-9);
}

TEST(ExactMap, ANormalisedMapLeavesTheFreeEnergyAndAFreeOneDoesNot) {
  const auto energies = torus(3, 3, 0.5).all_energies();
  double last = 0;
  for (const double p : {0.5, 1.0, 2.0, 4.0}) {
    Array<double, 2> free({512, 2}), normalised({512, 2});
    for (std::uint64_t v = 0; v < 512; ++v) {
      const int sum = 2 * std::popcount(v) - 9;
      for (std::uint64_t h = 0; h < 2; ++h) {
        free(v, h) = p * sum * spin_of(h, 0);
        normalised(v, h) = free(v, h) - ln_2cosh(p * sum);
      }
    }
    EXPECT_NEAR(examine_map(energies, normalised).delta_f, 0, 1e-12);
    EXPECT_NEAR(examine_map(energies, normalised).kl_divergence, 0, 1e-12);
    const double delta_f = examine_map(energies, free).delta_f;
    EXPECT_LT(delta_f, last) << p;
    last = delta_f;
  }
  EXPECT_LT(last, -30) << "delta F falls by 9 for each unit of p";
}
