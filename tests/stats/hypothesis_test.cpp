#include "blockspin/stats/hypothesis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stats/ar1.hpp"

namespace blockspin::stats {
namespace {

double uniform_cdf(double x) { return std::clamp(x, 0.0, 1.0); }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

std::vector<double> normals(std::size_t n, std::uint64_t sequence, double scale) {
  const auto g = test::generator(41);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = scale * g.normal(sequence, i);
  return x;
}

/// p-values of `n` chi-square tests of a die thrown 600 times; `loaded` moves that
/// much chance from face 0 to 5.
std::vector<double> dice(std::size_t n, double loaded) {
  const auto g = test::generator(42);
  const std::vector<double> fair(6, 1.0 / 6);
  std::vector<double> p(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::uint64_t> count(6, 0);
    for (std::uint64_t k = 0; k < 600; ++k) {
      const double u = g.uniform(i, k);
      ++count[u < loaded ? 5 : g.below(i + n, k, 6)];
    }
    p[i] = chi_square(count, fair).p_value;
  }
  return p;
}

} // namespace

// False alarms below 1e-6 each: the tests of tests.
TEST(ChiSquare, PValuesAreUniform) {
  EXPECT_GT(kolmogorov_smirnov(dice(2000, 0), uniform_cdf).p_value, 1e-6);
}
TEST(ChiSquare, SeesALoadedDie) {
  EXPECT_LT(kolmogorov_smirnov(dice(2000, 0.03), uniform_cdf).p_value, 1e-6);
}

TEST(ChiSquare, PoolsSmallCellsAndRejectsTheImpossible) {
  const std::vector<std::uint64_t> count{50, 48, 1, 1, 0};
  const TestResult r = chi_square(count, std::vector<double>{0.5, 0.48, 0.01, 0.005, 0.005});
  EXPECT_EQ(r.degrees_of_freedom, 1);
  EXPECT_GT(r.p_value, 0.9);
  EXPECT_EQ(chi_square(count, std::vector<double>{0.5, 0.49, 0, 0.005, 0.005}).p_value, 0);
}

TEST(ChiSquareTail, MatchesTables) {
  EXPECT_NEAR(chi_square_tail(3.841458820694124, 1), 0.05, 1e-12);
  EXPECT_NEAR(chi_square_tail(18.307038053275146, 10), 0.05, 1e-12);
  EXPECT_EQ(chi_square_tail(1, 0), 1);
  // Tables; a t of 2.228138852 with 10 degrees of freedom squared; many degrees below: chi-square.
  EXPECT_NEAR(f_tail(3.3258345, 5, 10), 0.05, 1e-8);
  EXPECT_NEAR(f_tail(4.9646027, 1, 10), 0.05, 1e-8);
  EXPECT_NEAR(f_tail(18.307038053275146 / 10, 10, 1e9), 0.05, 1e-6);
  EXPECT_EQ(f_tail(0, 3, 4), 1);
}

TEST(KolmogorovSmirnov, AcceptsItsOwnAndRejectsAWiderOne) {
  EXPECT_GT(kolmogorov_smirnov(normals(5000, 0, 1), normal_cdf).p_value, 1e-6);
  EXPECT_LT(kolmogorov_smirnov(normals(5000, 0, 1.2), normal_cdf).p_value, 1e-6);
}

TEST(NormalPulls, AcceptsOnesAndRejectsLargerOnes) {
  EXPECT_GT(normal_pulls(normals(100, 1, 1)).p_value, 1e-6);
  EXPECT_LT(normal_pulls(normals(100, 1, 1.6)).p_value, 1e-6);
  EXPECT_EQ(normal_pulls(std::vector<double>{1, NAN}).p_value, 0);
}

TEST(Sigma, ThereAndBack) {
  EXPECT_NEAR(two_sided_p(1.959963984540054), 0.05, 1e-12);
  for (const double sigma : {0.1, 1.0, 4.9, 7.0}) EXPECT_NEAR(sigma_of(two_sided_p(sigma)), sigma, 1e-9);
}

TEST(SmallestOf, CorrectsForManyLooks) {
  EXPECT_NEAR(smallest_of(std::vector<double>{0.5, 0.01, 0.9}), 1 - std::pow(0.99, 3), 1e-14);
  EXPECT_EQ(smallest_of({}), 1);
}

} // namespace blockspin::stats
