#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/exact/bayes.hpp"
#include "blockspin/ising/exact/density_of_states.hpp"
#include "blockspin/ising/exact/enumeration.hpp"
#include "blockspin/ising/exact/magnetization.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"

namespace blockspin::ising::exact {
namespace {

using Extents = std::vector<std::uint64_t>;
constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

TEST(Torus, GivesThePublishedDigits) {
  const Thermodynamics ten = torus(10, 10, critical_temperature),
                       sixty_four = torus(64, 64, critical_temperature);
  EXPECT_NEAR(ten.energy, -1.476242908, 6e-10);
  EXPECT_NEAR(ten.specific_heat, 1.26001963, 6e-9);
  EXPECT_NEAR(sixty_four.energy, -1.423938390, 6e-10);
  EXPECT_NEAR(sixty_four.specific_heat, 2.19221139, 6e-9);
  EXPECT_NEAR(torus(10, 10, 1).energy, -1.99716, 6e-6);
  EXPECT_NEAR(torus(10, 10, 2).energy, -1.74543, 6e-6);
  EXPECT_NEAR(torus(10, 10, 3).energy, -0.82564, 6e-6);
  const Thermodynamics forty = torus(40, 40, 1 / 0.408);
  EXPECT_NEAR(forty.energy, -1.1518212, 6e-8);
  EXPECT_NEAR(forty.specific_heat, 0.9946705, 6e-8);
}

TEST(Torus, AgreesWithEnumeration) {
  for (const Extents& extents : {Extents{3, 3}, {3, 5}, {5, 3}, {4, 4}, {4, 5}}) {
    const Enumeration all(extents);
    for (const double t : {0.26, 0.7, 1.5, critical_temperature, 2.8, 10.0, 1e4}) {
      const Thermodynamics exact = torus(extents[0], extents[1], t);
      const ExactObservables expected = all.observables(t);
      EXPECT_NEAR(exact.ln_z, expected.ln_z, 1e-12 * std::abs(expected.ln_z)) << t;
      EXPECT_NEAR(exact.energy, expected.energy, 1e-12) << t;
      EXPECT_NEAR(exact.specific_heat, expected.specific_heat, 1e-12) << t;
    }
  }
}

TEST(Torus, TheSeriesTakesOverSmoothly) {
  for (const Extents& extents : {Extents{10, 10}, {3, 4}, {3, 3}, {1024, 7}}) {
    const Thermodynamics above = torus(extents[0], extents[1], 0.25 * (1 + 1e-12));
    const Thermodynamics below = torus(extents[0], extents[1], 0.25 * (1 - 1e-12));
    EXPECT_NEAR(below.ln_z / above.ln_z, 1, 1e-11);
    EXPECT_NEAR(below.specific_heat / above.specific_heat, 1, 1e-6);
  }
}

TEST(Torus, HoldsFromZeroToInfiniteTemperature) {
  for (const double t : {1e-6, 1e-2, 0.1, 1.0, 2.2, 2.27, 2.3, 5.0, 1e3, 1e12}) {
    const Thermodynamics x = torus(1024, 1024, t);
    EXPECT_TRUE(std::isfinite(x.ln_z) && std::isfinite(x.energy) && std::isfinite(x.specific_heat)) << t;
    EXPECT_GE(x.specific_heat, 0) << t;
  }
  EXPECT_EQ(torus(8, 8, 0).energy, -2);
  EXPECT_EQ(torus(8, 8, infinity).energy, 0);
  EXPECT_NEAR(torus(8, 8, infinity).ln_z, 64 * std::log(2.0), 1e-12);
}

TEST(Torus, EnergyIsTheDerivativeOfLnZ) {
  for (const double k : {0.2, 0.4406, 0.6}) {
    const double step = 1e-5;
    const double slope =
        (torus(12, 17, 1 / (k + step)).ln_z - torus(12, 17, 1 / (k - step)).ln_z) / (2 * step);
    EXPECT_NEAR(-slope / (12 * 17), torus(12, 17, 1 / k).energy, 1e-8);
  }
}

TEST(Ring, AgreesWithEnumeration) {
  const Enumeration all(Extents{11});
  for (const double t : {0.2, 1.0, 3.0, 50.0}) {
    EXPECT_NEAR(ring(11, t).ln_z, all.ln_z(t), 1e-12 * all.ln_z(t));
    EXPECT_NEAR(ring(11, t).energy, all.observables(t).energy, 1e-12);
    EXPECT_NEAR(ring(11, t).specific_heat, all.observables(t).specific_heat, 1e-12);
  }
}

TEST(Yang, VanishesAtTheCriticalPoint) {
  EXPECT_EQ(spontaneous_magnetization(0), 1);
  EXPECT_NEAR(spontaneous_magnetization(2), 0.911319377877, 1e-11);
  EXPECT_EQ(spontaneous_magnetization(2.27), 0);
}

TEST(EnergyTemperature, InvertsTheEnergy) {
  const EnergyTemperature square({10, 10}), chain({16});
  for (const double t : {0.5, 1.0, 2.0, critical_temperature, 3.0, 100.0}) {
    EXPECT_NEAR(square(torus(10, 10, t).energy), t, 1e-7 * t);
    EXPECT_NEAR(chain(ring(16, t).energy), t, 1e-7 * t);
  }
  EXPECT_EQ(square(0), infinity);
  EXPECT_EQ(square(0.3), infinity);
  EXPECT_EQ(square(-2), 0);
  EXPECT_TRUE(std::isnan(square(NAN)));
  EXPECT_THROW(EnergyTemperature({4, 4, 4}), Error);
}

TEST(DensityOfStates, AgreesWithEnumeration) {
  for (const Extents& extents : {Extents{3, 3}, {3, 5}, {4, 5}, {5, 4}, {9}}) {
    const DensityOfStates density = density_of_states(extents);
    std::vector<double> count(density.energy.size(), 0.0);
    const Enumeration all(extents);
    std::size_t level = 0;
    for (const StateClass& c : all.classes()) {
      while (density.energy[level] < static_cast<double>(c.energy)) ++level;
      ASSERT_EQ(density.energy[level], static_cast<double>(c.energy));
      count[level] += static_cast<double>(c.count);
    }
    for (std::size_t i = 0; i < count.size(); ++i)
      EXPECT_NEAR(std::exp(density.ln_count[i]) / count[i], 1, 1e-12);
  }
}

TEST(DensityOfStates, GivesKaufmansPartitionFunction) {
  for (const Extents& extents : {Extents{10, 10}, {16, 24}, {31, 33}, {20, 3}}) {
    const DensityOfStates density = torus_density(extents[0], extents[1]);
    for (const double t : {0.5, 2.0, 2.3, 6.0, 1e6}) {
      const double expected = torus(extents[0], extents[1], t).ln_z;
      EXPECT_NEAR(density.ln_z(t), expected, 1e-12 * expected);
    }
  }
  EXPECT_FALSE(has_density(Extents{33, 33}));
  EXPECT_THROW(density_of_states(Extents{4, 4, 4}), Error);
}

TEST(Enumeration, CountsEveryConfigurationInThreeDimensions) {
  const Enumeration all(Extents{3, 3, 3});
  std::uint64_t total = 0;
  for (const StateClass& c : all.classes()) total += c.count;
  EXPECT_EQ(total, std::uint64_t{1} << 27);
  EXPECT_EQ(all.classes().front().energy, -81);
  EXPECT_NEAR(all.ln_z(infinity), 27 * std::log(2.0), 1e-12);
  EXPECT_NEAR(all.observables(1e6, 0).energy, -3e-6, 1e-10); // e = -3 K at small K
}

TEST(Enumeration, FieldTurnsSpins) {
  const Enumeration all(Extents{3, 3});
  // <m> = d ln Z / d(h/T) / N
  const double t = 2.5, h = 0.3, step = 1e-5;
  const double slope = (all.ln_z(t, h + step) - all.ln_z(t, h - step)) / (2 * step) * t / 9;
  EXPECT_NEAR(all.observables(t, h).magnetization, slope, 1e-9);
  EXPECT_NEAR(all.observables(t, 0).magnetization, 0, 1e-15);
}

TEST(MagnetizationDistribution, AgreesWithEnumeration) {
  for (const double field : {0.0, 0.2, -0.1}) {
    const Enumeration all(Extents{4, 5});
    const std::vector<double> p = all.probability(2.3, field);
    std::vector<double> expected(21, 0.0);
    for (std::size_t i = 0; i < p.size(); ++i)
      expected[static_cast<std::size_t>((all.classes()[i].magnetization + 20) / 2)] += p[i];
    const MagnetizationDistribution d = magnetization_distribution(5, 4, 2.3, field);
    for (std::size_t i = 0; i < 21; ++i) EXPECT_NEAR(d.probability[i], expected[i], 1e-13);
    EXPECT_NEAR(d.abs_moment(), all.observables(2.3, field).abs_magnetization, 1e-13);
    EXPECT_NEAR(d.binder_cumulant(), all.observables(2.3, field).binder_cumulant, 1e-13);
  }
}

TEST(MagnetizationDistribution, OfTenByTenIsSymmetricAndReachesItsLimits) {
  const MagnetizationDistribution critical = magnetization_distribution(10, 10, critical_temperature);
  double sum = 0;
  for (std::size_t i = 0; i <= 100; ++i) {
    sum += critical.probability[i];
    EXPECT_NEAR(critical.probability[i], critical.probability[100 - i], 1e-14);
  }
  EXPECT_NEAR(sum, 1, 1e-13);
  EXPECT_NEAR(critical.binder_cumulant(), 0.6107, 0.01); // its universal value on the square torus is 0.61069
  EXPECT_NEAR(magnetization_distribution(10, 10, infinity).moment(2), 0.01, 1e-14);
  EXPECT_NEAR(magnetization_distribution(10, 10, 0.1).abs_moment(), 1, 1e-12);
}

TEST(Bayes, GivesTheKnownBestThermometer) {
  std::vector<double> temperatures;
  for (int i = 0; i < 25; ++i) temperatures.push_back(0.25 * i);
  const BayesThermometer bayes({10, 10}, temperatures);
  const BayesThermometer::Score best = bayes.expected();
  EXPECT_GT(best.cross_entropy, 2.1245);
  EXPECT_LT(best.cross_entropy, 2.1285);
  EXPECT_NEAR(best.accuracy, 0.189, 0.001);
  // A configuration in the ground state: the lowest temperatures share it.
  const std::vector<double> ln_p = bayes.ln_posterior(-200);
  EXPECT_NEAR(ln_p[0], ln_p[2], 2e-5);
  EXPECT_EQ(bayes.ln_posterior(-192)[0], -infinity);
}

TEST(Bayes, ScoreOfTheExactEnsembleIsTheExpectedOne) {
  // Weighting each level by its probability by hand: three temperatures, the levels of a ring of six.
  const Extents extents{6};
  const BayesThermometer bayes(extents, {0.0, 1.0, infinity});
  const DensityOfStates density = ring_density(6);
  double cross_entropy = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const std::vector<double> p = density.probability(std::vector<double>{0.0, 1.0, infinity}[k]);
    for (std::size_t level = 0; level < p.size(); ++level) {
      if (p[level] == 0) continue;
      const double energy[] = {density.energy[level]};
      const std::size_t index[] = {k};
      cross_entropy += p[level] * bayes.score(energy, index).cross_entropy / 3;
    }
  }
  EXPECT_NEAR(bayes.expected().cross_entropy, cross_entropy, 1e-14);
}

} // namespace blockspin::ising::exact
