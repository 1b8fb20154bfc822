#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/analysis/receptive_field.hpp"

using namespace blockspin;
using namespace blockspin::analysis;

namespace {

const lattice::Geometry square({16, 16});

rng::Generator generator() { return {5, rng::StreamId::test, rng::instance_number("receptive_field")}; }

/// One field a column: squares of `side` sites, all `value`, with their lowest corner at the given sites.
Array<double, 2> block_fields(const std::vector<std::uint64_t>& corners, std::uint64_t side, double value) {
  Array<double, 2> fields({256, corners.size()});
  for (std::size_t j = 0; j < corners.size(); ++j)
    for (std::uint64_t row = 0; row < side; ++row)
      for (std::uint64_t column = 0; column < side; ++column)
        fields((corners[j] / 16 + row) % 16 * 16 + (corners[j] % 16 + column) % 16, j) = value;
  return fields;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

} // namespace

TEST(ReceptiveField, FindsABlockEvenAcrossTheSeam) {
  const auto shapes = measure_fields(square, block_fields({0, 15 * 16 + 14, 5 * 16 + 5}, 4, -0.3), 4);
  for (const double fraction : shapes.window_fraction) EXPECT_NEAR(fraction, 1, 1e-12);
  for (const double orientation : shapes.orientation) EXPECT_NEAR(orientation, -1, 1e-12);
  // The variance of four equally likely places in a row is 1.25 along each axis.
  for (const double radius : shapes.radius) EXPECT_NEAR(radius, std::sqrt(2.5), 1e-12);
  EXPECT_NEAR(shapes.centre(0, 0), 1.5, 1e-12);
  EXPECT_NEAR(shapes.centre(1, 0), 0.5, 1e-12) << "rows 15, 0, 1, 2";
  EXPECT_NEAR(shapes.centre(1, 1), 15.5, 1e-12) << "columns 14, 15, 0, 1";
  EXPECT_NEAR(shapes.spacing[0], std::sqrt(1 + 4), 1e-12) << "the shorter way around";
  EXPECT_NEAR(std::accumulate(shapes.coverage.begin(), shapes.coverage.end(), 0.0), 3, 1e-12);
}

TEST(ReceptiveField, ADeadUnitIsNoNumberAndTheOthersAreNotHurt) {
  auto fields = block_fields({0, 100}, 3, 1);
  for (std::size_t site = 0; site < 256; ++site) fields(site, 1) = 0;
  const auto shapes = measure_fields(square, fields, 4);
  EXPECT_NEAR(shapes.window_fraction[0], 1, 1e-12);
  EXPECT_TRUE(std::isnan(shapes.window_fraction[1]));
  EXPECT_TRUE(std::isnan(shapes.radius[1]));
  EXPECT_TRUE(std::isnan(shapes.spacing[0])) << "no other living unit";
}

TEST(ReceptiveField,
     ControlsLackWhatLocalFieldsHave) { // also the twin: shuffled fields must not pass as local
  const auto fields = block_fields({3, 77, 130, 200, 254}, 4, 0.7);
  const auto shuffled = measure_fields(square, shuffled_fields(fields, generator(), 0), 4);
  EXPECT_LT(median(shuffled.window_fraction), 0.5);
  std::vector<rbm::Machine> stack{rbm::Machine(rbm::Units::spin, 256, 64)};
  const auto untrained = stack_fields(untrained_stack(stack, generator()));
  // 16 of 256 sites of white noise: 0.0625 on average, about 0.12 in the best window.
  const double fraction = median(measure_fields(square, untrained[0], 4).window_fraction);
  EXPECT_GT(fraction, 0.08);
  EXPECT_LT(fraction, 0.18);
}

TEST(ReceptiveField, WindowSumsWrapAroundTheLattice) {
  const lattice::Geometry small(std::vector<std::uint64_t>{3, 4});
  std::vector<double> values(12);
  for (std::size_t site = 0; site < 12; ++site) values[site] = static_cast<double>(site);
  const auto sums = window_sums(small, values, 2);
  EXPECT_EQ(sums[0], 0 + 1 + 4 + 5);
  EXPECT_EQ(sums[11], 11 + 8 + 3 + 0) << "the last corner wraps along both axes";
  EXPECT_EQ(window_sums(small, values, 1), values);
}

TEST(ReceptiveField, FieldsOfAStackAreProductsOfWeights) {
  std::vector<rbm::Machine> stack{rbm::Machine(rbm::Units::binary, 9, 4),
                                  rbm::Machine(rbm::Units::binary, 4, 2)};
  stack = untrained_stack(stack, generator());
  const auto fields = stack_fields(stack);
  ASSERT_EQ(fields.size(), 2U);
  double expected = 0;
  for (std::size_t k = 0; k < 4; ++k)
    expected += static_cast<double>(stack[0].weights(7, k)) * static_cast<double>(stack[1].weights(k, 1));
  EXPECT_NEAR(fields[1](7, 1), expected, 1e-15);
}

TEST(ReceptiveField, RandomPointsAreAsFarApartAsPoissonPoints) {
  // Nearest neighbours of a Poisson process of density d are 1/(2 sqrt d) apart on average.
  const RandomSpacing spacing = random_spacing(square, 64, 200, generator(), 0);
  EXPECT_NEAR(spacing.mean, 0.5 * std::sqrt(256.0 / 64), 0.03);
  // One distance varies by sqrt(4/pi - 1) / (2 sqrt d) = 0.52; the mean of 64, which are partly shared, by
  // about 0.52 / 8 = 0.065 and at most sqrt 2 of it.
  EXPECT_GT(spacing.std, 0.05);
  EXPECT_LT(spacing.std, 0.1);
}
