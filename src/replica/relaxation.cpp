#include "blockspin/replica/relaxation.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/ising/exact/thermodynamics.hpp"

namespace blockspin::replica {

namespace {

constexpr double dynamic_exponent = 2.17;
constexpr std::uint64_t enough_ladders = 16; // see stats/equilibration.hpp

double correlation_length(int n_dimensions, double temperature) {
  const double k = 1 / temperature;
  const double ln_tanh = std::log1p(-2 / (std::exp(2 * k) + 1)); // ln tanh k, not rounded to 0
  if (n_dimensions == 1) return -1 / ln_tanh;
  if (n_dimensions == 2) {
    const double gap = 2 * k + ln_tanh; // 0 at T_c; below it the gap counts twice
    return 1 / (gap > 0 ? 2 * gap : std::abs(gap));
  }
  return 0.5 * std::pow(std::abs(1 - ising::exact::cubic_critical_temperature / temperature), -0.63);
}

} // namespace

LongestCorrelation longest_correlation(const LadderSetup& setup) {
  const auto& extents = setup.geometry.extents();
  const double shortest = static_cast<double>(*std::min_element(extents.begin(), extents.end()));
  LongestCorrelation longest;
  for (const double t : setup.temperatures) {
    const double xi = correlation_length(setup.geometry.n_dimensions(), t);
    const double limited = std::isnan(xi) ? shortest : std::min(xi, shortest);
    if (limited > longest.sites) longest = {limited, t};
  }
  return longest;
}

std::uint64_t least_trial(const LadderSetup& setup) {
  if (setup.field != 0 || setup.n_ladders >= enough_ladders) return 0;
  return static_cast<std::uint64_t>(
      std::ceil(20 * std::pow(longest_correlation(setup).sites, dynamic_exponent)));
}

} // namespace blockspin::replica
