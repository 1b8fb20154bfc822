#include "blockspin/stats/jackknife.hpp"

#include <gtest/gtest.h>

#include "blockspin/stats/autocorrelation.hpp"
#include "stats/ar1.hpp"

namespace blockspin::stats {
namespace {

double variance_of(std::span<const double> means) { return means[1] - means[0] * means[0]; }

/// Means of x and x^2 over bins of one series.
Array<double, 2> binned(const Array<double, 2>& x, std::size_t bin_length) {
  Array<double, 2> bins({x.extent(1) / bin_length, 2});
  for (std::size_t t = 0; t < bins.extent(0) * bin_length; ++t) {
    bins(t / bin_length, 0) += x(0, t) / static_cast<double>(bin_length);
    bins(t / bin_length, 1) += x(0, t) * x(0, t) / static_cast<double>(bin_length);
  }
  return bins;
}

/// Mean squared pull of the variance of AR(1) series (true value 1) with bins of the given length.
double mean_squared_pull(std::size_t bin_length) {
  const auto g = test::generator(21);
  double sum = 0;
  const std::size_t n_series = 1000;
  for (std::size_t i = 0; i < n_series; ++i) {
    const JackknifeEstimate e = jackknife(binned(test::ar1(g, i, 1, 6000, 0.6), bin_length), variance_of);
    sum += (e.value - 1) * (e.value - 1) / (e.error * e.error);
  }
  return sum / static_cast<double>(n_series);
}

} // namespace

// As in autocorrelation_test.cpp: 1000 pulls scatter by 0.045 about 1, false alarm < 1e-7.
TEST(Jackknife, ErrorOfAVarianceIsRight) {
  const double pull = mean_squared_pull(20); // 10 tau
  EXPECT_GT(pull, 0.75);
  EXPECT_LT(pull, 1.3);
}

TEST(Jackknife, TheTestSeesBinsThatAreTooShort) { EXPECT_GT(mean_squared_pull(1), 1.3); }

TEST(Jackknife, OfAMeanIsTheStandardError) {
  Array<double, 2> bins({4, 1});
  for (std::size_t i = 0; i < 4; ++i) bins(i, 0) = static_cast<double>(i);
  const JackknifeEstimate e = jackknife(bins, [](std::span<const double> m) { return m[0]; });
  EXPECT_DOUBLE_EQ(e.value, 1.5);
  EXPECT_DOUBLE_EQ(e.error, std::sqrt(5.0 / 3.0 / 4.0));
}

TEST(Jackknife, RemovesTheBiasOfAVariance) {
  Array<double, 2> bins({3, 2});
  const double x[] = {1, 2, 6};
  for (std::size_t i = 0; i < 3; ++i) {
    bins(i, 0) = x[i];
    bins(i, 1) = x[i] * x[i];
  }
  EXPECT_NEAR(jackknife(bins, variance_of).value, 7.0, 1e-12); // sum (x - 3)^2 / 2
}

} // namespace blockspin::stats
