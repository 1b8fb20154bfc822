#include "blockspin/stats/equilibration.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/stats/autocorrelation.hpp"

namespace blockspin::stats {
namespace {

constexpr std::size_t n_candidates = 64;
constexpr std::size_t finest_grid = 4096; // points kept of a long series: enough to place the start to 0.02 %

/// Chain average over blocks of `block` samples; what does not fill a block is dropped from the end.
Array<double, 2> averaged(View<const double, 2> series, std::size_t block) {
  Array<double, 2> mean({1, series.extent(1) / block});
  const double weight = 1.0 / static_cast<double>(series.extent(0) * block);
  for (std::size_t chain = 0; chain < series.extent(0); ++chain)
    for (std::size_t s = 0; s < mean.size() * block; ++s) mean(0, s / block) += weight * series(chain, s);
  return mean;
}

} // namespace

Equilibration detect_equilibration(View<const double, 2> series) {
  if (series.size() == 0) throw Error(ErrorKind::numerical, "a time series is empty");
  const std::size_t block = (series.extent(1) + finest_grid - 1) / finest_grid;
  const Array<double, 2> mean = averaged(series, block);
  const std::size_t n = mean.size();
  const auto [low, high] = std::minmax_element(mean.flat().begin(), mean.flat().end());
  if (*high - *low <= 1e-14 * std::abs(*high)) return {0, 0.5, static_cast<double>(n), true};

  Equilibration best;
  for (std::size_t candidate = 0; candidate < n_candidates; ++candidate) {
    const std::size_t first = candidate * (3 * n / 4) / n_candidates;
    const View<const double, 2> rest(mean.data() + first, {1, n - first});
    const double tau = std::max(gamma_analysis(rest).tau, 0.5);
    const double n_effective = static_cast<double>(n - first) / (2 * tau);
    if (n_effective > best.n_effective)
      best = {first * block, tau * static_cast<double>(block), n_effective, false};
  }
  best.reliable = 2 * best.first <= series.extent(1) && best.n_effective >= 20;
  return best;
}

} // namespace blockspin::stats
