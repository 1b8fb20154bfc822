#include "blockspin/stats/jackknife.hpp"

#include <gtest/gtest.h>

#include "blockspin/stats/autocorrelation.hpp"
#include "stats/ar1.hpp"

namespace blockspin::stats {
namespace {

double variance_of(std::span<const double> means) { return means[1] - means[0] * means[0]; }

Array<double, 3> with_squares(const Array<double, 2>& x) {
  Array<double, 3> out({x.extent(0), x.extent(1), 2});
  for (std::size_t c = 0; c < x.extent(0); ++c)
    for (std::size_t t = 0; t < x.extent(1); ++t) {
      out(c, t, 0) = x(c, t);
      out(c, t, 1) = x(c, t) * x(c, t);
    }
  return out;
}

/// Mean squared pull of the variance of AR(1) series (true value 1) with bins of the given length.
double mean_squared_pull(std::size_t bin_length) {
  const auto g = test::generator(21);
  double sum = 0;
  const std::size_t n_series = 1000;
  for (std::size_t i = 0; i < n_series; ++i) {
    const auto samples = with_squares(test::ar1(g, i, 1, 6000, 0.6));
    const JackknifeEstimate e = jackknife(bin_means(samples, bin_length), variance_of);
    sum += (e.value - 1) * (e.value - 1) / (e.error * e.error);
  }
  return sum / static_cast<double>(n_series);
}

} // namespace

// As in autocorrelation_test.cpp: 1000 pulls scatter by 0.045 about 1, false alarm < 1e-7.
TEST(Jackknife, ErrorOfAVarianceIsRight) {
  const double pull = mean_squared_pull(bin_length_for(test::ar1_tau(0.6), 6000));
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

TEST(BinMeans, DropTheBeginningAndNeverStraddleChains) {
  Array<double, 3> x({2, 5, 1});
  for (std::size_t i = 0; i < 10; ++i) x.flat()[i] = static_cast<double>(i);
  const auto bins = bin_means(x, 2);
  ASSERT_EQ(bins.extent(0), 4u);
  EXPECT_EQ(bins(0, 0), 1.5);
  EXPECT_EQ(bins(3, 0), 8.5);
}

} // namespace blockspin::stats
