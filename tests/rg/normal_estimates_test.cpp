// Normals, leaks and chances from bins, against plain loops over the numbers that the bins hold.

#include "blockspin/rg/normal_estimates.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {
namespace {

constexpr std::size_t n_bins = 20, n_in_bin = 40, n_functions = 4, n_operators = 5;
constexpr std::size_t none = n_bins; // no bin is left out

struct One {
  std::array<double, n_functions> f;
  std::array<double, n_operators> s;
};

/// Numbers of configurations whose functions answer to operators: function 0 is operator 0.
const std::vector<One>& all() {
  static const std::vector<One> made = [] {
    const rng::Generator g(9, rng::StreamId::test, 4);
    std::vector<One> configurations(n_bins * n_in_bin);
    for (std::size_t c = 0; c < configurations.size(); ++c) {
      const auto normal = [&](std::size_t i) { return g.normal(c, i); };
      One& one = configurations[c];
      const double common = normal(0);
      for (std::size_t b = 0; b < n_operators; ++b)
        one.s[b] =
            std::round(20 * (common * (1 + 0.3 * static_cast<double>(b)) + normal(1 + b) + 0.5 * normal(10)));
      one.f[0] = one.s[0];
      for (std::size_t f = 1; f < n_functions; ++f)
        one.f[f] = common + 0.3 * normal(10 + f) + 0.02 * static_cast<double>(f) * one.s[f];
    }
    return configurations;
  }();
  return made;
}

std::vector<ResponseSums> sums() {
  std::vector<ResponseSums> bins(n_bins, ResponseSums(n_functions, n_operators));
  for (std::size_t c = 0; c < all().size(); ++c) {
    std::array<std::int64_t, n_functions> f{};
    std::array<std::int64_t, n_operators> s{};
    for (std::size_t i = 0; i < n_functions; ++i)
      f[i] = i == 0 ? static_cast<std::int64_t>(all()[c].f[0]) : on_grid(all()[c].f[i]);
    for (std::size_t b = 0; b < n_operators; ++b) s[b] = static_cast<std::int64_t>(all()[c].s[b]);
    bins[c / n_in_bin].add(f, s);
  }
  return bins;
}

std::vector<const ResponseSums*> pointers(const std::vector<ResponseSums>& bins) {
  std::vector<const ResponseSums*> all;
  for (const ResponseSums& bin : bins) all.push_back(&bin);
  return all;
}

const NormalSetup setup{
    std::vector<bool>(n_operators, true), {1, 0.65, 1.5, 0.95, std::nan("")}, {2, 1, 2, 1, 3}};

/// Covariance of sum_f w_f f and S_b over all configurations but those of a bin, times the places of b.
double response(std::span<const double> w, std::size_t b, std::size_t left_out) {
  double n = 0, f = 0, s = 0, product = 0;
  for (std::size_t c = 0; c < all().size(); ++c) {
    if (c / n_in_bin == left_out) continue;
    double value = 0;
    for (std::size_t i = 0; i < n_functions; ++i) value += w[i] * all()[c].f[i];
    n += 1;
    f += value;
    s += all()[c].s[b];
    product += value * all()[c].s[b];
  }
  return setup.places[b] * (product / n - f / n * s / n);
}

using Of = std::function<double(std::size_t left_out)>;

/// Delete-one jackknife of two numbers over equal bins.
double covariance(const Of& x, const Of& y) {
  std::vector<double> a, b;
  double mean_a = 0, mean_b = 0, sum = 0;
  for (std::size_t bin = 0; bin < n_bins; ++bin) {
    a.push_back(x(bin));
    b.push_back(y(bin));
    mean_a += a.back() / n_bins;
    mean_b += b.back() / n_bins;
  }
  for (std::size_t bin = 0; bin < n_bins; ++bin) sum += (a[bin] - mean_a) * (b[bin] - mean_b);
  return sum * (n_bins - 1) / n_bins;
}

/// d_b of a combination.
Of deviation(std::span<const double> w, std::size_t b) {
  return [w, b](std::size_t out) { return response(w, b, out) / response(w, 0, out) - setup.exact[b]; };
}

/// d' V^-1 d of three numbers, by cofactors.
double t_squared(const std::array<double, 3>& d, const std::array<std::array<double, 3>, 3>& v) {
  const auto minor = [&](std::size_t i, std::size_t j) {
    const std::size_t r = (i + 1) % 3, q = (i + 2) % 3, s = (j + 1) % 3, t = (j + 2) % 3;
    return v[r][s] * v[q][t] - v[r][t] * v[q][s];
  };
  const double determinant = v[0][0] * minor(0, 0) + v[0][1] * minor(0, 1) + v[0][2] * minor(0, 2);
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) sum += d[i] * minor(i, j) / determinant * d[j];
  return sum;
}

/// Chance of F above x with so many degrees of freedom: its density by Simpson's rule, y = tan(angle).
double tail(double x, double above, double below) {
  const double constant = std::exp(std::lgamma((above + below) / 2) - std::lgamma(above / 2) -
                                   std::lgamma(below / 2) + above / 2 * std::log(above / below));
  const auto f = [&](double angle) {
    const double y = std::tan(angle), c = std::cos(angle);
    return constant * std::pow(y, above / 2 - 1) * std::pow(1 + above * y / below, -(above + below) / 2) /
           (c * c);
  };
  constexpr int n = 20000;
  const double from = std::atan(x), step = (std::numbers::pi / 2 - 1e-6 - from) / n;
  double sum = 0;
  for (int i = 0; i < n; i += 2)
    sum += f(from + i * step) + 4 * f(from + (i + 1) * step) + f(from + (i + 2) * step);
  return sum * step / 3;
}

/// What least_leak() makes smallest, of weights over all functions with answer 1; without the variances: `noise` 0.
double leaking(std::span<const double> w, double noise) {
  double sum = 0;
  for (std::size_t b = 1; b < 4; ++b) {
    const Of r = [&](std::size_t out) { return response(w, b, out) - setup.exact[b] * response(w, 0, out); };
    sum += std::pow(r(none), 2) + noise * covariance(r, r);
  }
  return sum / std::pow(response(w, 0, none), 2);
}

/// The least increase of that by small steps from w in every direction of functions 1 to 3.
double least_increase(std::span<const double> w, double noise) {
  double least = INFINITY;
  for (std::size_t f = 1; f < n_functions; ++f)
    for (const double step : {1e-3, -1e-3}) {
      std::vector<double> moved(w.begin(), w.end());
      moved[f] *= 1 + step;
      least = std::min(least, leaking(moved, noise) - leaking(w, noise));
    }
  return least;
}

} // namespace

TEST(NormalEstimates, AreThoseOfPlainLoops) {
  const auto bins = sums();
  Array<double, 2> combinations({2, n_functions});
  const std::vector<double> w = {0, 0.7, -0.2, 0.6}, energy = {1, 0, 0, 0};
  std::ranges::copy(w, combinations.row(0).begin());
  std::ranges::copy(energy, combinations.row(1).begin());
  const auto found = estimate_normals(pointers(bins), combinations, setup);
  double product = 0, square = 0;
  std::array<double, 3> d{};
  std::array<std::array<double, 3>, 3> v{};
  for (std::size_t b = 1; b < n_operators; ++b) {
    const Of n = [&](std::size_t out) { return response(w, b, out) / response(w, 0, out); };
    EXPECT_NEAR(found[0].mean[b], n(none), 1e-6);
    EXPECT_NEAR(found[0].error[b], std::sqrt(covariance(n, n)), 1e-6);
  }
  for (std::size_t b = 1; b < 4; ++b) {
    d[b - 1] = deviation(w, b)(none);
    product += d[b - 1] * deviation(energy, b)(none);
    square += std::pow(deviation(energy, b)(none), 2);
    for (std::size_t c = 1; c < 4; ++c) v[b - 1][c - 1] = covariance(deviation(w, b), deviation(w, c));
  }
  EXPECT_NEAR(found[0].leak, product / square, 1e-6);
  EXPECT_DOUBLE_EQ(found[1].leak, 1);
  const double expected = t_squared(d, v);
  EXPECT_NEAR(found[0].chi_squared / expected, 1, 1e-5);
  const double n = n_bins, p = 3;
  EXPECT_NEAR(found[0].p_value, tail(expected * (n - p) / (p * (n - 1)), p, n - p), 1e-5);
  // The comparison can tell: chi^2 of as many degrees of freedom, as if the covariance were known, is something else.
  const double known = std::erfc(std::sqrt(expected / 2)) +
                       std::sqrt(2 * expected / std::numbers::pi) * std::exp(-expected / 2);
  EXPECT_GT(std::abs(found[0].p_value - known), 1e-4);
}

TEST(NormalEstimates, NoCombinationLeaksLess) {
  const auto bins = sums();
  const auto weights = least_leak(pointers(bins), 1, n_functions, setup);
  EXPECT_EQ(weights[0], 0);
  // Answers of functions stand in steps of the grid.
  double answer = 0;
  for (std::size_t f = 1; f < n_functions; ++f) {
    std::vector<double> alone(n_functions, 0.0);
    alone[f] = weights[f];
    answer += response(alone, 0, none);
  }
  EXPECT_NEAR(answer / function_grid, 1, 1e-5);
  EXPECT_GT(least_increase(weights, 1), 0);
  EXPECT_LT(least_increase(weights, 0), 0); // the twin: the variances count
}

TEST(NormalEstimates, NothingIsLeastWhereNoNormalIsKnown) {
  const auto bins = sums();
  const NormalSetup unknown{setup.independent, std::vector<double>(n_operators, std::nan("")), setup.places};
  for (const double w : least_leak(pointers(bins), 1, n_functions, unknown)) EXPECT_TRUE(std::isnan(w));
}

} // namespace blockspin::rg
