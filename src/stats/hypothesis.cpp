#include "blockspin/stats/hypothesis.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"

namespace blockspin::stats {
namespace {

/// Kolmogorov's limiting distribution, upper tail.
double kolmogorov_tail(double lambda) {
  if (lambda < 0.2) return 1; // 1 - 1e-12
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 == 1 ? 2.0 : -2.0) * std::exp(-2.0 * k * k * lambda * lambda);
  return std::clamp(sum, 0.0, 1.0);
}

} // namespace

double chi_square_tail(double statistic, double degrees_of_freedom) {
  if (degrees_of_freedom <= 0) return 1;
  if (!(statistic < std::numeric_limits<double>::infinity())) return 0;
  return boost::math::gamma_q(degrees_of_freedom / 2, statistic / 2);
}

double f_tail(double statistic, double degrees_above, double degrees_below) {
  if (!(statistic > 0)) return 1;
  if (!(statistic < std::numeric_limits<double>::infinity())) return 0;
  const double share = degrees_below / (degrees_below + degrees_above * statistic);
  return boost::math::ibeta(degrees_below / 2, degrees_above / 2, share);
}

TestResult chi_square(std::span<const std::uint64_t> observed, std::span<const double> probability,
                      double min_expected) {
  require(observed.size() == probability.size(), "chi-square: one probability for every count");
  double n = 0;
  for (const std::uint64_t count : observed) n += static_cast<double>(count);
  std::vector<std::pair<double, double>> cells; // observed, expected
  double pending_observed = 0, pending_expected = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (probability[i] <= 0 && observed[i] > 0) return {std::numeric_limits<double>::infinity(), 0, 0};
    pending_observed += static_cast<double>(observed[i]);
    pending_expected += n * probability[i];
    if (pending_expected < min_expected) continue;
    cells.emplace_back(pending_observed, pending_expected);
    pending_observed = pending_expected = 0;
  }
  if (cells.empty()) return {};
  cells.back().first += pending_observed;
  cells.back().second += pending_expected;
  TestResult result;
  for (const auto& [count, expected] : cells) {
    const double excess = count - expected;
    result.statistic += excess * excess / expected;
  }
  result.degrees_of_freedom = static_cast<double>(cells.size()) - 1;
  result.p_value = chi_square_tail(result.statistic, result.degrees_of_freedom);
  return result;
}

TestResult kolmogorov_smirnov(std::vector<double> values, const std::function<double(double)>& distribution) {
  require(!values.empty(), "Kolmogorov-Smirnov: no values");
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double below = static_cast<double>(i) / n, p = distribution(values[i]);
    distance = std::max({distance, p - below, below + 1 / n - p});
  }
  const double root = std::sqrt(n);
  return {distance, kolmogorov_tail((root + 0.12 + 0.11 / root) * distance), 0};
}

TestResult normal_pulls(std::span<const double> pulls) {
  TestResult result;
  for (const double pull : pulls) result.statistic += pull * pull;
  result.degrees_of_freedom = static_cast<double>(pulls.size());
  result.p_value =
      std::isnan(result.statistic) ? 0 : chi_square_tail(result.statistic, result.degrees_of_freedom);
  return result;
}

double two_sided_p(double sigma) { return std::erfc(std::abs(sigma) / std::sqrt(2.0)); }

double sigma_of(double p_value) {
  if (p_value >= 1) return 0;
  if (p_value <= 0) return std::numeric_limits<double>::infinity();
  return std::sqrt(2.0) * boost::math::erfc_inv(p_value);
}

double smallest_of(std::span<const double> p_values) {
  if (p_values.empty()) return 1;
  const double smallest = *std::min_element(p_values.begin(), p_values.end());
  return -std::expm1(static_cast<double>(p_values.size()) * std::log1p(-std::min(smallest, 1.0)));
}

} // namespace blockspin::stats
