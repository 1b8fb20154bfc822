#include "blockspin/stats/equilibration.hpp"

#include <gtest/gtest.h>

#include "stats/ar1.hpp"

namespace blockspin::stats {
namespace {

/// AR(1) chains that start off by `offset` and relax with time constant `relaxation`.
Array<double, 2> relaxing(std::size_t n_chains, std::size_t length, double offset, double relaxation) {
  Array<double, 2> x = test::ar1(test::generator(31), 0, n_chains, length, 0.5);
  for (std::size_t c = 0; c < n_chains; ++c)
    for (std::size_t t = 0; t < length; ++t)
      x(c, t) += offset * std::exp(-static_cast<double>(t) / relaxation);
  return x;
}

/// Bias of the mean over what detect_equilibration keeps, in standard errors (independent of the noise).
double kept_bias(const Array<double, 2>& x, double offset, double relaxation) {
  const Equilibration e = detect_equilibration(x);
  double drift = 0;
  for (std::size_t t = e.first; t < x.extent(1); ++t)
    drift += offset * std::exp(-static_cast<double>(t) / relaxation);
  const double n = static_cast<double>(x.extent(1) - e.first);
  return drift / n / std::sqrt(2 * test::ar1_tau(0.5) / n / static_cast<double>(x.extent(0)));
}

} // namespace

TEST(Equilibration, DiscardsTheStart) {
  const auto x = relaxing(1, 4000, 20, 100);
  const Equilibration e = detect_equilibration(x);
  EXPECT_TRUE(e.reliable);
  EXPECT_GT(e.first, 150u);
  EXPECT_LT(e.first, 1200u);
  EXPECT_LT(kept_bias(x, 20, 100), 1);
}

TEST(Equilibration, ManyChainsShowADriftThatOneHides) {
  const auto x = relaxing(200, 1000, 1, 50);
  EXPECT_LT(kept_bias(x, 1, 50), 1);
  EXPECT_GT(detect_equilibration(x).first, 50u);
}

TEST(Equilibration, KeepsAStationarySeries) {
  const Equilibration e = detect_equilibration(relaxing(1, 4000, 0, 1));
  EXPECT_TRUE(e.reliable);
  EXPECT_LT(e.first, 1200u);
}

TEST(Equilibration, SaysWhereARunIsTooShort) {
  EXPECT_FALSE(detect_equilibration(relaxing(1, 400, 50, 2000)).reliable);
}

TEST(Equilibration, SeesChainsStuckInDifferentPlaces) {
  auto x = relaxing(64, 1000, 0, 1);
  EXPECT_TRUE(detect_equilibration(x).reliable);
  for (std::size_t c = 0; c < 32; ++c)
    for (std::size_t t = 0; t < 1000; ++t) x(c, t) += 1; // half of them one standard deviation away, for good
  EXPECT_FALSE(detect_equilibration(x).reliable);
}

namespace {

/// One chain that is half a fast and half a slow process, tau 5 and 200.
Array<double, 2> with_a_slow_mode(std::uint64_t number, std::size_t length) {
  const auto g = test::generator(33);
  const auto of = [](double tau) { return (2 * tau - 1) / (2 * tau + 1); };
  Array<double, 2> x = test::ar1(g, 2 * number, 1, length, of(5));
  const auto slow = test::ar1(g, 2 * number + 1, 1, length, of(200));
  for (std::size_t t = 0; t < length; ++t) x(0, t) += slow(0, t);
  return x;
}

} // namespace

// 640 samples are three times the slow mode's tau: it looks like a constant. Ten of 20000 such series lie
// still by chance and are taken for reliable; more than five of 200 would be a chance of 1e-9.
TEST(Equilibration, SeesThatAFewTauAreTooFew) {
  int n_reliable = 0;
  for (std::uint64_t number = 0; number < 200; ++number)
    n_reliable += detect_equilibration(with_a_slow_mode(number, 640)).reliable ? 1 : 0;
  EXPECT_LE(n_reliable, 5);
}

// tau of the process is 102.5, and 200 where coarsening has averaged the fast mode away. A long series is
// reliable, and knows the slow mode.
TEST(Equilibration, FindsTheSlowModeOfALongSeries) {
  for (std::uint64_t number = 0; number < 10; ++number) {
    const Equilibration e = detect_equilibration(with_a_slow_mode(number, 100000));
    EXPECT_TRUE(e.reliable) << number;
    EXPECT_GT(e.tau, 102.5 / 2) << number;
    EXPECT_LT(e.tau, 2 * 200) << number;
  }
}

TEST(Equilibration, CoarsensLongSeries) {
  const auto x = relaxing(1, 100000, 20, 3000);
  const Equilibration e = detect_equilibration(x);
  EXPECT_TRUE(e.reliable);
  EXPECT_GT(e.first, 5000u);
  EXPECT_LT(e.first, 40000u);
}

TEST(Equilibration, AConstantSeriesIsAtHomeAtOnce) {
  Array<double, 2> x({1, 30});
  EXPECT_EQ(detect_equilibration(x).first, 0u);
  EXPECT_TRUE(detect_equilibration(x).reliable);
}

} // namespace blockspin::stats
