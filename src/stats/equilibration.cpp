#include "blockspin/stats/equilibration.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/stats/autocorrelation.hpp"

namespace blockspin::stats {
namespace {

constexpr std::size_t n_candidates = 64;
constexpr std::size_t enough_chains = 16;                    // for their scatter to say something
constexpr double samples_of_many = 20, samples_of_few = 100; // effectively independent ones asked for
constexpr std::size_t finest_grid = 4096; // points kept of a long series: enough to place the start to 0.02 %

/// Chain average over blocks of `block` samples; what does not fill a block is dropped from the end.
Array<double, 2> averaged(View<const double, 2> series, std::size_t block) {
  Array<double, 2> mean({1, series.extent(1) / block});
  const double weight = 1.0 / static_cast<double>(series.extent(0) * block);
  for (std::size_t chain = 0; chain < series.extent(0); ++chain)
    for (std::size_t s = 0; s < mean.size() * block; ++s) mean(0, s / block) += weight * series(chain, s);
  return mean;
}

/// tau as the scatter of the chains' means tells it, from `first` on: n Var(means) / (2 Var).
double tau_of_scatter(View<const double, 2> series, std::size_t first) {
  const double n_chains = static_cast<double>(series.extent(0)),
               n = static_cast<double>(series.extent(1) - first);
  double sum = 0, squares = 0, squares_of_means = 0;
  for (std::size_t chain = 0; chain < series.extent(0); ++chain) {
    double chain_sum = 0;
    for (const double x : series.row(chain).subspan(first)) {
      chain_sum += x;
      squares += x * x;
    }
    sum += chain_sum;
    squares_of_means += chain_sum * chain_sum / (n * n);
  }
  const double mean = sum / (n_chains * n), variance = squares / (n_chains * n) - mean * mean;
  const double scatter = (squares_of_means - n_chains * mean * mean) / (n_chains - 1);
  return variance <= 1e-12 * mean * mean ? 0.5 : n * scatter / (2 * variance);
}

/// tau of a few chains' average by other means: that of the last half, and of the scatter of sixteen pieces'
/// means. A mode slower than what was seen, or about as slow as the series is long, makes them longer.
double tau_by_parts(View<const double, 2> rest) {
  const std::size_t n = rest.size(), half = n / 2, piece = n / enough_chains;
  const auto last = [&](std::size_t rows, std::size_t length) {
    return View<const double, 2>(rest.data() + (n - rows * length), {rows, length});
  };
  return std::max(gamma_analysis(last(1, half)).tau, tau_of_scatter(last(enough_chains, piece), 0));
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
  const double rest = static_cast<double>(series.extent(1) - best.first);
  if (series.extent(0) >= enough_chains) {
    // Chains stuck in different places are not in equilibrium, however steady their average.
    const double tau = tau_of_scatter(series, best.first);
    best.tau = std::max(best.tau, tau);
    best.reliable = best.n_effective >= samples_of_many && rest >= 20 * tau;
  } else if (best.n_effective >= samples_of_few) {
    const std::size_t first = best.first / block;
    const double tau = tau_by_parts(View<const double, 2>(mean.data() + first, {1, n - first}));
    best.tau = std::max(best.tau, tau * static_cast<double>(block));
    best.reliable = rest >= 2 * samples_of_few * best.tau;
  }
  best.reliable = best.reliable && 2 * best.first <= series.extent(1);
  return best;
}

} // namespace blockspin::stats
