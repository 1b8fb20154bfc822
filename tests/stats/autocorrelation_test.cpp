#include "blockspin/stats/autocorrelation.hpp"

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "stats/ar1.hpp"

namespace blockspin::stats {
namespace {

/// Mean of (mean / error)^2 over many independent series about zero: 1 for error bars that are right.
double mean_squared_pull(std::size_t n_series, std::size_t n_chains, std::size_t length, double a,
                         bool naive = false) {
  const auto g = test::generator(11);
  double sum = 0;
  for (std::size_t i = 0; i < n_series; ++i) {
    const MeanEstimate e = gamma_analysis(test::ar1(g, i * n_chains, n_chains, length, a));
    const double error = naive ? e.error / std::sqrt(2 * e.tau) : e.error;
    sum += e.mean * e.mean / (error * error);
  }
  return sum / static_cast<double>(n_series);
}

// 1000 pulls: the mean square scatters by sqrt(2/1000) = 0.045, so [0.75, 1.3] is beyond 5.5 sigma on both
// sides (false alarm < 1e-7), some per cent of which pay for the error bars' own scatter.
constexpr double lowest = 0.75, highest = 1.3;

} // namespace

TEST(GammaAnalysis, ErrorBarsAreNeitherTooSmallNorTooLarge) {
  EXPECT_GT(mean_squared_pull(1000, 1, 4000, 0.8), lowest);
  EXPECT_LT(mean_squared_pull(1000, 1, 4000, 0.8), highest);
}

TEST(GammaAnalysis, HoldsForIndependentData) {
  const double pull = mean_squared_pull(1000, 1, 1000, 0.0);
  EXPECT_GT(pull, lowest);
  EXPECT_LT(pull, highest);
}

TEST(GammaAnalysis, HoldsForManyShortChains) {
  const double pull =
      mean_squared_pull(1000, 64, 8, 0.95); // 8 samples a chain, tau 19.5: only the chains can tell
  EXPECT_GT(pull, lowest);
  EXPECT_LT(pull, highest);
}

TEST(GammaAnalysis, TheTestSeesErrorsWithoutAutocorrelation) {
  EXPECT_GT(mean_squared_pull(1000, 1, 4000, 0.8, true), highest);
}

TEST(GammaAnalysis, FindsTheAutocorrelationTime) {
  const auto g = test::generator(12);
  for (const double a : {0.0, 0.5, 0.9, 0.99}) {
    const MeanEstimate e = gamma_analysis(test::ar1(g, 0, 4, 100000, a));
    // Four independent decisions at 5 of their own sigma plus 3 % for the truncated
    // tail: false alarm < 3e-6 / 4.
    EXPECT_NEAR(e.tau, test::ar1_tau(a), 5 * e.tau_error + 0.03 * test::ar1_tau(a)) << "a = " << a;
  }
}

TEST(GammaAnalysis, CoarsensWhereTheWindowIsLong) {
  const auto g = test::generator(13);
  const double a = 0.9995; // tau 2000: the window is far longer than the largest that is summed directly
  const MeanEstimate e = gamma_analysis(test::ar1(g, 0, 1, 2000000, a));
  EXPECT_NEAR(e.tau, test::ar1_tau(a), 5 * e.tau_error + 0.03 * test::ar1_tau(a));
  EXPECT_LT(e.tau_error, 0.25 * e.tau);
}

// What nothing varied in says nothing of what may happen.
TEST(GammaAnalysis, AConstantSeriesHasNoKnownError) {
  Array<double, 2> x({3, 50});
  for (double& value : x.flat()) value = -1.9999;
  const MeanEstimate e = gamma_analysis(x);
  EXPECT_DOUBLE_EQ(e.mean, -1.9999);
  EXPECT_TRUE(std::isnan(e.error));
  EXPECT_EQ(e.tau, 0.5);
}

namespace {

/// Mean squared pull of series that alternate about a slow mode of tau 20, over 1000 of them.
double alternating_pull(bool by_first_terms) {
  const auto g = test::generator(16);
  const double slow = 39.0 / 41.0; // tau = (1 + a) / (1 - a) / 2
  double sum = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    Array<double, 2> x = test::ar1(g, 2 * i, 1, 4000, -0.9);
    const auto y = test::ar1(g, 2 * i + 1, 1, 4000, slow);
    double mean = 0, squares = 0, products = 0;
    for (std::size_t t = 0; t < 4000; ++t) {
      x(0, t) += 0.5 * y(0, t);
      mean += x(0, t) / 4000;
      squares += x(0, t) * x(0, t) / 4000;
      if (t > 0) products += x(0, t) * x(0, t - 1) / 4000;
    }
    const double error = by_first_terms ? std::sqrt(std::max(squares + 2 * products, 1e-2 * squares) / 4000)
                                        : gamma_analysis(x).error;
    sum += mean * mean / (error * error) / 1000;
  }
  return sum;
}

/// Mean squared pull of k events of size 1 among 1000 independent samples, `expected` of them on average. Of
/// no event the error is 3/1000, as a caller would bound it.
double pull_of_events(double expected, bool one_more) {
  const auto g = test::generator(17);
  double sum = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    Array<double, 2> x({1, 1000});
    for (std::size_t t = 0; t < 1000; ++t) x(0, t) = g.uniform(i, t) < expected / 1000 ? 1 : 0;
    const MeanEstimate e = gamma_analysis(x);
    const double seen = std::sqrt(std::max(e.error * e.error - e.one_event * e.one_event, 0.0));
    const double error = std::isnan(e.error) ? 3e-3 : one_more ? e.error : seen;
    sum += std::pow((e.mean - expected / 1000) / error, 2) / 2000;
  }
  return sum;
}

} // namespace

TEST(GammaAnalysis, ErrorBarsOfAlternatingSeriesAreRight) {
  EXPECT_GT(alternating_pull(false), lowest);
  EXPECT_LT(alternating_pull(false), highest);
}

TEST(GammaAnalysis, TheTestSeesFirstTermsThatCancel) { EXPECT_GT(alternating_pull(true), highest); }

// 1 + 1/lambda - exp(-lambda) (lambda + 2 + 1/lambda) for k + 1, but for no event. A pull squared is below
// lambda^2 and has a standard deviation below 2, the mean of 2000 one of 0.045: 0.3 is more than 6.
TEST(GammaAnalysis, FewEventsCountAsOneMore) {
  for (const double expected : {3.0, 5.0, 10.0}) {
    const double known = 1 + 1 / expected - std::exp(-expected) * (expected + 2 + 1 / expected) -
                         std::exp(-expected) * expected * expected * (1 - 1.0 / 9);
    EXPECT_NEAR(pull_of_events(expected, true), known, 0.3) << expected;
  }
  EXPECT_GT(pull_of_events(5, false), 1.5); // as of k events
}

// Chains in equilibrium of two autocorrelation times, as many configurations as ladders leave, and longer ones: neither
// is called stuck; chains that never move are, however little they do.
TEST(GammaAnalysis, ShortChainsAreNotStuckOnes) {
  const auto g = test::generator(19);
  const auto short_ones = gamma_analysis(test::ar1(g, 0, 512, 8, 0.75)),
             long_ones = gamma_analysis(test::ar1(g, 1, 64, 400, 0.6));
  EXPECT_TRUE(short_ones.too_short);
  EXPECT_FALSE(long_ones.too_short);
  EXPECT_GT(short_ones.chains_agree, 1e-7);
  EXPECT_GT(long_ones.chains_agree, 1e-7);
  Array<double, 2> still({64, 100});
  for (std::size_t c = 0; c < 64; ++c)
    for (std::size_t t = 0; t < 100; ++t) still(c, t) = c % 2 == 0 ? 1 : -1;
  EXPECT_EQ(gamma_analysis(still).chains_agree, 0);
  EXPECT_FALSE(gamma_analysis(still).too_short);
}

// Sixteen chains that agree, and the same with an offset each, of which no chain by itself knows.
TEST(GammaAnalysis, ErrorsHoldTheScatterOfTheChains) {
  const auto g = test::generator(18);
  for (const std::size_t n_chains : {4, 16}) {
    Array<double, 2> x = test::ar1(g, 0, n_chains, 2000, 0.5);
    EXPECT_GT(gamma_analysis(x).chains_agree, 1e-7);
    for (std::size_t c = 0; c < n_chains; ++c)
      for (std::size_t t = 0; t < 2000; ++t) x(c, t) += c % 2 == 0 ? 5 : -5;
    const MeanEstimate stuck = gamma_analysis(x);
    EXPECT_LT(stuck.chains_agree, 1e-9) << n_chains;
    EXPECT_GT(stuck.error, 0.9 * 5 / std::sqrt(static_cast<double>(n_chains))) << n_chains;
  }
}

/// How many of 4000 sets of bins have a tau beyond chance.
std::size_t n_beyond_chance(std::size_t n_chains, std::size_t length, double a) {
  const auto g = test::generator(17);
  std::size_t n = 0;
  for (std::size_t i = 0; i < 4000; ++i)
    n += tau_beyond_chance(test::ar1(g, i * n_chains, n_chains, length, a)) > 0.5 ? 1U : 0U;
  return n;
}

// No more than 2e-4 of independent bins have one (of 16,000 drawn apart none had): more than 8 of 4000 by chance 1e-7.
TEST(TauBeyondChance, IndependentBinsHaveNone) {
  EXPECT_LE(n_beyond_chance(1, 125, 0), 8U);
  EXPECT_LE(n_beyond_chance(8, 13, 0), 8U);
  EXPECT_LE(n_beyond_chance(64, 2, 0), 8U);
}

TEST(TauBeyondChance, CorrelatedBinsHave) {
  EXPECT_GT(n_beyond_chance(1, 125, 0.8), 3600U);
  EXPECT_GT(n_beyond_chance(8, 13, 0.8), 3600U);
}

TEST(GammaAnalysis, RefusesWhatItCannotAnalyse) {
  Array<double, 2> x({1, 4});
  x(0, 2) = NAN;
  EXPECT_THROW(gamma_analysis(x), Error);
  EXPECT_THROW(gamma_analysis(Array<double, 2>({1, 0})), Error);
  EXPECT_TRUE(std::isnan(gamma_analysis(Array<double, 2>({1, 1})).error));
}

/// Mean squared pull of values kept in turn from 3 chains of AR(1), one left over, read as from `claimed`.
double in_turn_pull(std::size_t claimed) {
  const auto g = test::generator(15);
  double sum = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto x = test::ar1(g, 3 * i, 3, 1001, 0.8);
    std::vector<double> values;
    for (std::size_t t = 0; t < 1001; ++t)
      for (std::size_t chain = 0; chain < (t == 1000 ? 1 : 3); ++chain) values.push_back(x(chain, t));
    const MeanEstimate e = gamma_analysis_in_turn(values, claimed);
    sum += e.mean * e.mean / (e.error * e.error);
  }
  return sum / 1000;
}

TEST(GammaAnalysisInTurn, ErrorBarsOfInterleavedChainsAreRight) {
  EXPECT_GT(in_turn_pull(3), lowest);
  EXPECT_LT(in_turn_pull(3), highest);
}

TEST(GammaAnalysisInTurn, TheTestSeesValuesTakenForIndependent) {
  EXPECT_GT(in_turn_pull(1u << 20), highest); // every value a chain of its own
}

} // namespace blockspin::stats
