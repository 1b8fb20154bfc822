// Energies and conditionals of a 4+3 machine against plain sums over all its states.

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rbm/enumeration.hpp"
#include "rbm/small_machine.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

namespace {

/// E(v, h) straight from its definition.
double defined_energy(const Machine& m, const std::vector<float>& v, const std::vector<float>& h) {
  double e = 0.0;
  for (std::size_t i = 0; i < v.size(); ++i) e -= static_cast<double>(m.visible_bias[i]) * v[i];
  for (std::size_t j = 0; j < h.size(); ++j) e -= static_cast<double>(m.hidden_bias[j]) * h[j];
  for (std::size_t i = 0; i < v.size(); ++i)
    for (std::size_t j = 0; j < h.size(); ++j) e -= static_cast<double>(v[i]) * m.weights(i, j) * h[j];
  return e;
}

class BothUnits : public testing::TestWithParam<Units> {
protected:
  Machine machine = random_machine(GetParam(), 4, 3, 1);
  std::vector<float> v = std::vector<float>(4), h = std::vector<float>(3);
};

} // namespace

TEST_P(BothUnits, FreeEnergiesSumOutTheOtherLayer) {
  for (std::uint64_t state = 0; state < 16; ++state) {
    set_state(state, GetParam(), v);
    double sum = 0.0;
    for (std::uint64_t other = 0; other < 8; ++other) {
      set_state(other, GetParam(), h);
      EXPECT_NEAR(energy(machine, v, h), defined_energy(machine, v, h), 1e-12);
      sum += std::exp(-defined_energy(machine, v, h));
    }
    EXPECT_NEAR(free_energy(machine, v), -std::log(sum), 1e-12);
  }
  for (std::uint64_t state = 0; state < 8; ++state) {
    set_state(state, GetParam(), h);
    double sum = 0.0;
    for (std::uint64_t other = 0; other < 16; ++other) {
      set_state(other, GetParam(), v);
      sum += std::exp(-defined_energy(machine, v, h));
    }
    EXPECT_NEAR(hidden_free_energy(machine, h), -std::log(sum), 1e-12);
  }
}

TEST_P(BothUnits, ConditionalMeansFollowFromTheFields) {
  for (std::uint64_t state = 0; state < 16; ++state) {
    set_state(state, GetParam(), v);
    std::vector<double> sum(3, 0.0), fields(3);
    double norm = 0.0;
    for (std::uint64_t other = 0; other < 8; ++other) {
      set_state(other, GetParam(), h);
      const double weight = std::exp(-defined_energy(machine, v, h));
      norm += weight;
      for (std::size_t j = 0; j < 3; ++j) sum[j] += weight * h[j];
    }
    hidden_fields(machine, v, fields);
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(mean_value(GetParam(), fields[j]), sum[j] / norm, 1e-12);
  }
}

TEST_P(BothUnits, PackedFreeEnergiesAreThoseOfTheUnpacked) {
  Array<std::uint8_t, 2> bytes({16, 1});
  for (std::size_t state = 0; state < 16; ++state) bytes(state, 0) = static_cast<std::uint8_t>(state);
  std::vector<double> packed(16);
  free_energies(machine, {bytes.view(), 4}, packed);
  for (std::size_t state = 0; state < 16; ++state) {
    set_state(state, GetParam(), v);
    EXPECT_EQ(packed[state], free_energy(machine, v));
  }
}

INSTANTIATE_TEST_SUITE_P(Units, BothUnits, testing::Values(Units::spin, Units::binary));

TEST(Unit, PartitionFunctionsDoNotOverflow) {
  EXPECT_DOUBLE_EQ(ln_partition(Units::spin, -800.0), 800.0);
  EXPECT_DOUBLE_EQ(ln_partition(Units::binary, 800.0), 800.0);
  EXPECT_DOUBLE_EQ(ln_partition(Units::binary, -800.0), 0.0);
  EXPECT_DOUBLE_EQ(ln_partition(Units::spin, 0.0), std::log(2.0));
}

TEST(Machine, TransposingTwiceGivesTheMachineBack) {
  const Machine machine = random_machine(Units::binary, 5, 3, 2);
  EXPECT_EQ(machine.transposed().transposed(), machine);
  EXPECT_NE(machine.transposed().n_visible(), machine.n_visible());
}
