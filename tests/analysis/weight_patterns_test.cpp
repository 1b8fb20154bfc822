// Patterns of weights against direct sums; the same checks on weights or lattices slightly wrong must fail.

#include <cmath>
#include <complex>
#include <numbers>

#include <gtest/gtest.h>

#include "blockspin/analysis/weight_patterns.hpp"
#include "blockspin/rng/generator.hpp"
#include "support/world.hpp"

using namespace blockspin;

namespace {

Array<double, 2> random_weights(std::size_t n_sites, std::size_t n_hidden) {
  const rng::Generator generator(9, rng::StreamId::test, rng::instance_number("weight_patterns"));
  Array<double, 2> weights({n_sites, n_hidden});
  for (std::size_t i = 0; i < weights.size(); ++i) weights.flat()[i] = generator.normal(0, i);
  return weights;
}

analysis::WeightPatterns patterns_of(const lattice::Geometry& geometry, const Array<double, 2>& weights) {
  return analysis::weight_patterns(geometry, analysis::decompose(weights), weights);
}

/// Largest difference of product_by_displacement from the sum over all pairs of sites.
double product_error(const analysis::WeightPatterns& patterns, const lattice::Geometry& geometry,
                     const Array<double, 2>& weights) {
  std::vector<double> mean(geometry.n_sites(), 0.0);
  for (std::uint64_t x = 0; x < geometry.n_sites(); ++x)
    for (std::uint64_t y = 0; y < geometry.n_sites(); ++y) {
      const auto from = geometry.coordinates(x), to = geometry.coordinates(y);
      lattice::Coordinates difference{};
      for (int a = 0; a < geometry.n_dimensions(); ++a) {
        const auto axis = static_cast<std::size_t>(a);
        difference[axis] = (to[axis] + geometry.extent(a) - from[axis]) % geometry.extent(a);
      }
      for (std::size_t j = 0; j < weights.extent(1); ++j)
        mean[geometry.site(difference)] +=
            weights(x, j) * weights(y, j) / static_cast<double>(geometry.n_sites());
    }
  double worst = 0;
  for (std::size_t r = 0; r < mean.size(); ++r)
    worst = std::max(worst, std::abs(mean[r] - patterns.product_by_displacement[r]));
  return worst;
}

/// Largest difference of a row of fourier_power from the direct sum.
double power_error(const analysis::WeightPatterns& patterns, const lattice::Geometry& geometry,
                   std::span<const double> vector, std::size_t k) {
  double worst = 0;
  for (std::uint64_t q = 0; q < geometry.n_sites(); ++q) {
    std::complex<double> sum = 0;
    for (std::uint64_t x = 0; x < geometry.n_sites(); ++x) {
      double phase = 0;
      for (int a = 0; a < geometry.n_dimensions(); ++a)
        phase += static_cast<double>(geometry.coordinates(q)[static_cast<std::size_t>(a)] *
                                     geometry.coordinates(x)[static_cast<std::size_t>(a)]) /
                 static_cast<double>(geometry.extent(a));
      sum += vector[x] * std::polar(1.0, -2 * std::numbers::pi * phase);
    }
    worst = std::max(worst, std::abs(std::norm(sum) / static_cast<double>(geometry.n_sites()) -
                                     patterns.fourier_power(k, q)));
  }
  return worst;
}

constexpr double rounding = 1e-12;

} // namespace

TEST(WeightPatterns, AreTheDirectSumsInOneTwoAndThreeDimensions) {
  for (const auto& extents : {std::vector<std::uint64_t>{7}, {3, 4}, {3, 5, 4}}) {
    const lattice::Geometry geometry(extents);
    const auto weights = random_weights(geometry.n_sites(), 5);
    const auto patterns = patterns_of(geometry, weights);
    const auto spectrum = analysis::decompose(weights);
    EXPECT_LT(product_error(patterns, geometry, weights), rounding);
    for (std::size_t k = 0; k < spectrum.left_vector.extent(0); ++k)
      EXPECT_LT(power_error(patterns, geometry, spectrum.left_vector.row(k), k), rounding);
  }
}

TEST(WeightPatterns, FaultsTheChecksMustSee) {
  const lattice::Geometry geometry({3, 4}), turned({4, 3});
  auto weights = random_weights(12, 5);
  const auto spectrum = analysis::decompose(weights);
  EXPECT_GT(product_error(patterns_of(turned, weights), geometry, weights), 1e-3) << "axes exchanged";
  EXPECT_GT(power_error(patterns_of(turned, weights), geometry, spectrum.left_vector.row(0), 0), 1e-3);
  const auto patterns = patterns_of(geometry, weights);
  weights(7, 2) += 1e-6;
  EXPECT_GT(product_error(patterns, geometry, weights), 1e3 * rounding) << "one weight wrong by 1e-6";
}

TEST(WeightPatterns, AWaveIsTwoModesAndACopyIsOneSite) {
  const lattice::Geometry geometry({10, 10});
  Array<double, 2> weights({100, 2});
  for (std::size_t site = 0; site < 100; ++site)
    weights(site, 0) = std::cos(2 * std::numbers::pi * static_cast<double>(site % 10) / 10);
  weights(42, 1) = 3.0;
  const auto patterns = patterns_of(geometry, weights);
  const std::size_t wave = patterns.participation[0] > 10 ? 0 : 1;
  EXPECT_NEAR(patterns.fourier_power(wave, 1), 0.5, 0.05); // the copy leans a little on the wave
  EXPECT_NEAR(patterns.fourier_power(wave, 9), 0.5, 0.05);
  EXPECT_LT(patterns.participation[1 - wave], 1.5);
  EXPECT_NEAR(patterns.largest_share[0], 1.0 / 50, 1e-12);
  EXPECT_EQ(patterns.largest_share[1], 1.0);
  EXPECT_EQ(patterns.n_copies, 1U);
}

TEST(WeightPatterns, UniformVectorsAreTheZeroModeAndUnitsWithoutWeightsCopyNothing) {
  const lattice::Geometry geometry({4, 4});
  Array<double, 2> weights({16, 2});
  for (std::size_t site = 0; site < 16; ++site) weights(site, 0) = 0.3;
  const auto patterns = patterns_of(geometry, weights);
  EXPECT_NEAR(patterns.fourier_power(0, 0), 1.0, rounding);
  EXPECT_NEAR(patterns.participation[0], 16.0, 1e-10);
  EXPECT_TRUE(std::isnan(patterns.largest_share[1]));
  EXPECT_EQ(patterns.n_copies, 0U);
}
