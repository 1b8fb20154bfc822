#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/analysis/hidden_order.hpp"
#include "blockspin/analysis/stack_pass.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

rng::Generator generator(const char* name) { return {5, rng::StreamId::test, rng::instance_number(name)}; }

/// A stack 8 -> 4 -> 2 whose units copy blocks of two units below, with weights so
/// strong that sampling is certain.
std::vector<rbm::Machine> block_stack(rbm::Units units, float strength) {
  std::vector<rbm::Machine> stack{rbm::Machine(units, 8, 4), rbm::Machine(units, 4, 2)};
  for (rbm::Machine& machine : stack)
    for (std::size_t i = 0; i < machine.n_visible(); ++i) {
      machine.weights(i, i / 2) = strength;
      // Binary units: the field of a half-filled block must vanish.
      if (units == rbm::Units::binary) {
        machine.visible_bias[i] = -strength / 2;
        machine.hidden_bias[i / 2] = -strength;
      }
    }
  return stack;
}

Array<float, 2> blocks_of_four(int left, int right) {
  Array<float, 2> spins({3, 8});
  for (std::size_t n = 0; n < 3; ++n)
    for (std::size_t i = 0; i < 8; ++i) spins(n, i) = static_cast<float>(i < 4 ? left : right);
  return spins;
}

} // namespace

TEST(StackPass, LargeBlocksComeBackFromEveryLayer) {
  for (const auto units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto stack = block_stack(units, 50);
    const StackPass pass(stack, rbm::Rule::sampled, {generator("up"), generator("down")});
    const auto spins = blocks_of_four(1, -1);
    const auto passed = pass.pass(spins, 0, 0);
    ASSERT_EQ(passed.reconstruction.size(), 2U);
    EXPECT_EQ(passed.reconstruction[0], spins);
    EXPECT_EQ(passed.reconstruction[1], spins);
    EXPECT_EQ(passed.hidden[1](0, 0), 1);
    EXPECT_EQ(passed.hidden[1](0, 1), -1);
  }
}

TEST(StackPass, WithoutWeightsNothingComesBack) { // the twin
  const StackPass pass(block_stack(rbm::Units::spin, 0), rbm::Rule::sampled,
                       {generator("up"), generator("down")});
  EXPECT_NE(pass.pass(blocks_of_four(1, -1), 0, 0).reconstruction[0], blocks_of_four(1, -1));
}

TEST(StackPass, AConfigurationsFateDoesNotDependOnItsCompany) {
  const StackPass pass(block_stack(rbm::Units::spin, 0.4F), rbm::Rule::sampled,
                       {generator("up"), generator("down")});
  const auto spins = blocks_of_four(1, 1);
  const auto together = pass.pass(spins, 10, 3);
  const View<const float, 2> last(spins.data() + 16, {1, 8});
  const auto alone = pass.pass(last, 12, 3);
  for (std::size_t layer = 0; layer < 2; ++layer)
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_EQ(alone.reconstruction[layer](0, i), together.reconstruction[layer](2, i));
}

TEST(HiddenOrder, TurnsUnitsByTheSignOfTheirFields) {
  const lattice::Geometry ring({8});
  Array<double, 2> fields({8, 4});
  for (std::size_t i = 0; i < 8; ++i)
    fields(i, i / 2) = i / 2 == 1 ? -1.0 : 1.0; // the second unit looks upside down
  const HiddenOrder order(ring, measure_fields(ring, fields, 2));
  const std::vector<float> all_up{1, -1, 1, 1};
  EXPECT_NEAR(order.measure(all_up).abs_magnetization, 1, 1e-12);
  EXPECT_NEAR(order.measure(all_up).neighbour_correlation, 1, 1e-12);
  EXPECT_NEAR(order.measure(all_up).pair_correlation, 1, 1e-12);
  const std::vector<float> half{1, -1, -1, -1};
  EXPECT_NEAR(order.measure(half).abs_magnetization, 0, 1e-12);
  EXPECT_NEAR(order.measure(half).pair_correlation, -1.0 / 3, 1e-12);
}
