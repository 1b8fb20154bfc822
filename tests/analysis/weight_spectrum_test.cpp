#include <memory>

#include <gtest/gtest.h>

#include "blockspin/analysis/weight_spectrum.hpp"
#include "blockspin/rng/generator.hpp"
#include "support/broken_off.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

const lattice::Geometry square({4, 4});

Array<double, 2> random_weights(std::uint64_t seed) {
  const rng::Generator generator(seed, rng::StreamId::test, rng::instance_number("weight_spectrum"));
  Array<double, 2> weights({16, 5});
  for (std::size_t i = 0; i < weights.size(); ++i) weights.flat()[i] = generator.normal(0, i);
  return weights;
}

const Array<double, 2> weights = random_weights(7);

std::unique_ptr<WeightSpectrum> make_spectrum(SafePoint safe_point) {
  return std::make_unique<WeightSpectrum>(square, weights, std::move(safe_point));
}

bool same(const WeightPatterns& a, const WeightPatterns& b) {
  return a.fourier_power == b.fourier_power && a.participation == b.participation &&
         a.product_by_displacement == b.product_by_displacement && a.largest_share == b.largest_share &&
         a.n_copies == b.n_copies;
}

} // namespace

TEST(WeightSpectrum, IsTheDecompositionAndItsPatterns) {
  const auto steps = run_through(make_spectrum);
  const Spectrum direct = decompose(weights);
  EXPECT_EQ(steps->spectrum().singular_value, direct.singular_value);
  EXPECT_EQ(steps->spectrum().left_vector, direct.left_vector);
  EXPECT_EQ(steps->spectrum().right_vector, direct.right_vector);
  EXPECT_TRUE(same(steps->patterns(), weight_patterns(square, direct, weights)));
  EXPECT_FALSE(same(steps->patterns(), weight_patterns(square, direct, random_weights(8))))
      << "the twin: patterns of other weights";
}

TEST(WeightSpectrum, BrokenOffAnywhereEndsAsIfLeftAlone) {
  const auto whole = run_through(make_spectrum);
  for (const std::size_t n : {0U, 1U, 2U, 6U}) { // before, after the decomposition, among the patterns
    const auto steps = run_broken_off(test_world(), n, make_spectrum);
    EXPECT_TRUE(state_of(test_world(), *steps) == state_of(test_world(), *whole)) << n;
    EXPECT_TRUE(same(steps->patterns(), whole->patterns())) << n;
  }
}
