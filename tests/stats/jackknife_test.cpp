#include "blockspin/stats/jackknife.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

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

// Bins of 1 to 300 independent samples of variance 1: the error of their mean is 1 / sqrt(n), of its square
// exp(2 x) by linear error propagation 2 exp(0) / sqrt(n). 2000 series: the mean squared pull scatters by
// 0.03 about 1, false alarm < 1e-7. The twin takes the bins' sizes in reverse order.
TEST(Jackknife, OfBinsOfUnequalSize) {
  const auto g = test::generator(22);
  const std::vector<double> size = {1,  1,   300, 2, 100, 100, 250, 40, 60,
                                    80, 120, 150, 3, 90,  100, 110, 75, 60};
  const std::vector<double> reversed(size.rbegin(), size.rend());
  double total = 0;
  for (const double n : size) total += n;
  double right[2] = {}, wrong = 0;
  const std::size_t n_series = 2000;
  for (std::size_t series = 0; series < n_series; ++series) {
    std::vector<double> sum;
    double all = 0;
    for (std::size_t bin = 0; bin < size.size(); ++bin) {
      sum.push_back(std::sqrt(size[bin]) * g.normal(series, bin));
      all += sum.back();
    }
    const auto f = [&](std::optional<std::size_t> out) {
      const double mean = out ? (all - sum[*out]) / (total - size[*out]) : all / total;
      return std::vector{mean, std::exp(2 * mean)};
    };
    const auto estimates = jackknife(size, f);
    EXPECT_DOUBLE_EQ(estimates[0].plain, all / total);
    EXPECT_NEAR(estimates[0].value, all / total, 1e-12); // a mean has no bias
    for (std::size_t i = 0; i < 2; ++i)
      right[i] += std::pow((estimates[i].value - static_cast<double>(i)) / estimates[i].error, 2) / n_series;
    wrong += std::pow(all / total / jackknife(reversed, f)[0].error, 2) / n_series;
  }
  for (const double squared : right) {
    EXPECT_GT(squared, 0.8);
    EXPECT_LT(squared, 1.5); // few large bins: pulls have the tails of Student's distribution
  }
  EXPECT_FALSE(wrong > 0.8 && wrong < 1.5) << wrong;
}

TEST(Jackknife, ErrorIsUnknownWhereAFunctionIs) {
  const auto estimates = jackknife(std::vector<double>{1, 2, 3}, [](std::optional<std::size_t> out) {
    return std::vector{out == 1U ? std::nan("") : 1.0, out ? static_cast<double>(*out) : 1.0};
  });
  EXPECT_TRUE(std::isnan(estimates[0].error));
  EXPECT_EQ(estimates[0].plain, 1.0);
  EXPECT_GT(estimates[1].error, 0.0);
}

TEST(Jackknife, CovarianceHoldsTheErrorsAndWhatGoesTogether) {
  // Means of bins of unequal size: x, 3 x and y.
  const std::vector<double> size = {2, 1, 3, 2}, x = {1, 4, -2, 0.5}, y = {0, 1, 5, -1};
  const LeaveOut means = [&](std::optional<std::size_t> out) {
    double n = 0, of_x = 0, of_y = 0;
    for (std::size_t bin = 0; bin < 4; ++bin) {
      if (out == bin) continue;
      n += size[bin];
      of_x += size[bin] * x[bin];
      of_y += size[bin] * y[bin];
    }
    return std::vector<double>{of_x / n, 3 * of_x / n, of_y / n};
  };
  const auto covariance = jackknife_covariance(size, means);
  const auto estimates = jackknife(size, means);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(std::sqrt(covariance(i, i)), estimates[i].error);
  EXPECT_NEAR(covariance(0, 1), 3 * covariance(0, 0), 1e-12);
  // Of equal bins it is the covariance of the mean.
  const auto equal = jackknife_covariance(std::vector<double>{1, 1, 1}, [](std::optional<std::size_t> out) {
    const std::array<double, 3> a = {1, 2, 6}, b = {3, 3, -3};
    double sum_a = 0, sum_b = 0, n = 0;
    for (std::size_t bin = 0; bin < 3; ++bin)
      if (out != bin) {
        sum_a += a[bin];
        sum_b += b[bin];
        ++n;
      }
    return std::vector<double>{sum_a / n, sum_b / n};
  });
  EXPECT_NEAR(equal(0, 1), ((1 - 3) * (3 - 1) + (2 - 3) * (3 - 1) + (6 - 3) * (-3 - 1)) / 2.0 / 3.0, 1e-12);
}

} // namespace blockspin::stats
