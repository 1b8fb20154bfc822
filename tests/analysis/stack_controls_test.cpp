// Stacks that have learnt nothing: what they share with the trained one, and what they do not.

#include "blockspin/analysis/stack_controls.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "rbm/small_machine.hpp"

namespace blockspin::analysis {
namespace {

rng::Generator random() { return {3, rng::StreamId::test, 17}; }

constexpr std::size_t n_below = 100;

std::vector<rbm::Machine> stack_of(rbm::Units units) {
  return {rbm::random_machine(units, n_below, 40, 51, 0.3), rbm::random_machine(units, 40, 20, 52, 0.8)};
}

/// Weights of hidden unit j.
std::vector<float> field_of(const rbm::Machine& machine, std::size_t j) {
  std::vector<float> field;
  for (std::size_t i = 0; i < machine.n_visible(); ++i) field.push_back(machine.weights(i, j));
  return field;
}

std::vector<float> sorted(std::vector<float> values) {
  std::ranges::sort(values);
  return values;
}

/// Mean of p(h_j = up) over all states of `below`, each unit as often up as down: from pairs of opposite states of 2^10
/// of them.
double mean_up(const rbm::Machine& machine, std::size_t j) {
  double sum = 0;
  constexpr std::uint64_t n = 1024;
  for (std::uint64_t state = 0; state < n; ++state)
    for (const bool turned : {false, true}) {
      double field = machine.hidden_bias[j];
      for (std::size_t i = 0; i < machine.n_visible(); ++i) {
        const bool up = ((state * 2654435761U >> i % 40) & 1) != 0;
        field += (up != turned ? 1.0 : rbm::off_value(machine.units)) * machine.weights(i, j);
      }
      const double gap = machine.units == rbm::Units::spin ? 2 : 1; // of energies, in units of the field
      sum += 1 / (1 + std::exp(-gap * field));
    }
  return sum / (2 * n);
}

} // namespace

TEST(ShuffledStack, HasTheWeightsOfEveryUnitAtOtherPlaces) {
  const auto stack = stack_of(rbm::Units::binary), shuffled = shuffled_stack(stack, random());
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(shuffled[layer].hidden_bias, stack[layer].hidden_bias);
    EXPECT_EQ(shuffled[layer].visible_bias, stack[layer].visible_bias);
    for (std::size_t j = 0; j < stack[layer].n_hidden(); ++j) {
      EXPECT_EQ(sorted(field_of(shuffled[layer], j)), sorted(field_of(stack[layer], j)));
      EXPECT_NE(field_of(shuffled[layer], j), field_of(stack[layer], j));
    }
  }
}

TEST(ShuffledStack, EachUnitHasAPermutationOfItsOwn) {
  auto stack = stack_of(rbm::Units::spin);
  for (rbm::Machine& machine : stack)
    for (std::size_t i = 0; i < machine.n_visible(); ++i)
      for (std::size_t j = 0; j < machine.n_hidden(); ++j) machine.weights(i, j) = static_cast<float>(i);
  const auto shuffled = shuffled_stack(stack, random());
  std::set<std::vector<float>> orders; // of the first 40 units, which both layers have
  for (const rbm::Machine& machine : shuffled)
    for (std::size_t j = 0; j < machine.n_hidden(); ++j) {
      auto order = field_of(machine, j);
      std::erase_if(order, [](float i) { return i >= 40; });
      orders.insert(order);
    }
  EXPECT_EQ(orders.size(), 60U);
}

// Means and squares of 4000 and 800 normal numbers: four beyond six standard errors have a chance of 8e-9.
TEST(RandomStack, HasNormalWeightsOfTheTrainedSize) {
  const auto stack = stack_of(rbm::Units::spin), control = random_stack(stack, random());
  for (std::size_t layer = 0; layer < 2; ++layer) {
    double trained = 0, sum = 0, square = 0;
    for (const float w : stack[layer].weights.flat()) trained += static_cast<double>(w) * w;
    for (const float w : control[layer].weights.flat()) sum += w, square += static_cast<double>(w) * w;
    const auto n = static_cast<double>(stack[layer].weights.size());
    EXPECT_LT(std::abs(sum), 6 * std::sqrt(trained));
    EXPECT_LT(std::abs(square / trained - 1), 6 * std::sqrt(2 / n));
    EXPECT_EQ(control[layer].hidden_bias, std::vector<float>(stack[layer].n_hidden(), 0.0F));
    for (std::size_t j = 0; j < stack[layer].n_hidden(); ++j)
      EXPECT_NE(sorted(field_of(control[layer], j)), sorted(field_of(stack[layer], j)));
  }
}

TEST(RandomStack, UnitsAreUpAsOftenAsDown) {
  for (const rbm::Units units : {rbm::Units::spin, rbm::Units::binary}) {
    const auto stack = stack_of(units), control = random_stack(stack, random());
    for (std::size_t layer = 0; layer < 2; ++layer)
      for (std::size_t j = 0; j < control[layer].n_hidden(); ++j)
        EXPECT_NEAR(mean_up(control[layer], j), 0.5, 1e-6);
    EXPECT_GT(std::abs(mean_up(stack[0], 0) - 0.5), 1e-3); // the twin: a machine that has biases of its own
  }
}

} // namespace blockspin::analysis
