#include <memory>

#include <gtest/gtest.h>

#include "blockspin/analysis/stack_shapes.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

const lattice::Geometry square({8, 8});
constexpr std::uint64_t window = 3;

rng::Generator random_numbers(std::uint64_t seed = 5) {
  return {seed, rng::StreamId::test, rng::instance_number("stack_shapes")};
}

/// 64 -> 6 -> 2; the last unit of the first layer has no weights, so its shapes are no numbers.
std::vector<rbm::Machine> make_stack() {
  auto stack = untrained_stack(
      std::vector{rbm::Machine(rbm::Units::spin, 64, 6), rbm::Machine(rbm::Units::spin, 6, 2)},
      random_numbers(6));
  for (std::size_t site = 0; site < 64; ++site) stack[0].weights(site, 5) = 0;
  return stack;
}

std::unique_ptr<StackShapes> make_shapes(SafePoint safe_point = {}, std::uint64_t seed = 5) {
  return std::make_unique<StackShapes>(square, window, make_stack(), random_numbers(seed),
                                       std::move(safe_point));
}

/// Bytes, as NaN is not equal to itself.
bool same_bytes(std::span<const double> a, std::span<const double> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

bool same_shapes(const FieldShapes& a, const FieldShapes& b) {
  return same_bytes(a.window_fraction, b.window_fraction) && same_bytes(a.centre.flat(), b.centre.flat()) &&
         same_bytes(a.radius, b.radius) && same_bytes(a.orientation, b.orientation) &&
         same_bytes(a.spacing, b.spacing) && same_bytes(a.coverage, b.coverage);
}

} // namespace

TEST(StackShapes, AreThoseOfEachLayersFieldsAndControls) {
  const auto steps = run_through([](SafePoint point) { return make_shapes(std::move(point)); });
  const auto stack = make_stack();
  const auto fields = stack_fields(stack);
  const auto untrained = stack_fields(untrained_stack(stack, random_numbers()));
  ASSERT_EQ(steps->n_layers(), 2U);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(steps->fields(layer), fields[layer]);
    EXPECT_TRUE(
        same_shapes(steps->shapes(layer, FieldKind::trained), measure_fields(square, fields[layer], window)));
    EXPECT_TRUE(same_shapes(steps->shapes(layer, FieldKind::untrained),
                            measure_fields(square, untrained[layer], window)));
    const auto shuffled = shuffled_fields(fields[layer], random_numbers(), (layer + 1) << 32);
    EXPECT_TRUE(
        same_shapes(steps->shapes(layer, FieldKind::shuffled), measure_fields(square, shuffled, window)));
    EXPECT_FALSE(
        same_shapes(steps->shapes(layer, FieldKind::shuffled), steps->shapes(layer, FieldKind::trained)))
        << "the twin: kinds taken for one another";
    for (const auto& [kind, code] :
         {std::pair{FieldKind::blocks, Code::blocks}, {FieldKind::modes, Code::modes}})
      EXPECT_TRUE(same_shapes(
          steps->shapes(layer, kind),
          measure_fields(square, PlainCode(square, code, stack[layer].n_hidden()).fields(), window)));
  }
}

TEST(StackShapes, RandomPointsAreAsManyAsUnitsWithAField) {
  const auto steps = run_through([](SafePoint point) { return make_shapes(std::move(point)); });
  const auto spacing = [](std::size_t n) {
    return random_spacing(square, n, 100, random_numbers(), (std::uint64_t{1} << 32) + 6).mean;
  };
  EXPECT_EQ(steps->spacing_of_random_points(0).mean, spacing(5));
  EXPECT_NE(steps->spacing_of_random_points(0).mean, spacing(6)) << "the twin: the dead unit counted";
}

TEST(StackShapes, BrokenOffAnywhereEndAsIfLeftAlone) {
  const auto make = [](SafePoint point) { return make_shapes(std::move(point)); };
  const auto whole = state_of(test_world(), *run_through(make));
  for (const std::size_t n : {0U, 1U, 5U, 9U, 14U})
    EXPECT_TRUE(state_of(test_world(), *run_broken_off(test_world(), n, make)) == whole) << n;
  const auto of_others = run_through([](SafePoint point) { return make_shapes(std::move(point), 7); });
  EXPECT_FALSE(state_of(test_world(), *of_others) == whole) << "the twin: other random numbers";
}
