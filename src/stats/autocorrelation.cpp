#include "blockspin/stats/autocorrelation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "blockspin/base/error.hpp"
#include "scatter.hpp"

namespace blockspin::stats {
namespace {

constexpr double window_factor = 1.5;       // Wolff's S: the decay time assumed per integrated time
constexpr std::size_t largest_window = 256; // beyond this the series is coarsened rather than summed further
constexpr std::size_t enough_chains = 16;
constexpr std::size_t shortest_coarsened = 8; // shorter chains that alternate count as independent samples
constexpr double doubtful_chance = 1e-3;      // of a scatter of chains below which it is believed instead

/// Deviations from the common mean, [chain, time], with mean and variance.
struct Deviations {
  Array<double, 2> values;
  double mean = 0;
  double variance = 0;
};

Deviations deviations(View<const double, 2> series) {
  Deviations d{Array<double, 2>(series.shape())};
  long double sum = 0;
  for (const double x : series.flat()) sum += x;
  d.mean = static_cast<double>(sum / static_cast<long double>(series.size()));
  if (!std::isfinite(d.mean))
    throw Error(ErrorKind::numerical, "a time series holds a value that is not finite");
  long double squares = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double x = series.flat()[i] - d.mean;
    d.values.flat()[i] = x;
    squares += static_cast<long double>(x) * x;
  }
  d.variance = static_cast<double>(squares / static_cast<long double>(series.size()));
  return d;
}

/// sum a[i] b[i] in eight partial sums: a fixed order that the compiler can vectorise.
double dot(const double* a, const double* b, std::size_t n) {
  constexpr std::size_t width = 8;
  double partial[width] = {};
  std::size_t i = 0;
  for (; i + width <= n; i += width)
    for (std::size_t j = 0; j < width; ++j) partial[j] += a[i + j] * b[i + j];
  for (; i < n; ++i) partial[0] += a[i] * b[i];
  return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
         ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

/// Mean of x(s) x(s + lag) over all chains.
double autocovariance(View<const double, 2> x, std::size_t lag) {
  double sum = 0;
  for (std::size_t chain = 0; chain < x.extent(0); ++chain) {
    const auto row = x.row(chain);
    sum += dot(row.data(), row.data() + lag, row.size() - lag);
  }
  return sum / static_cast<double>(x.extent(0) * (x.extent(1) - lag));
}

/// Gamma(0) + 2 sum Gamma(t) up to Wolff's window, or nothing where the window does not close by
/// `last_lag`.
struct Summed {
  double total = 0;
  double tau = 0.5; // in units of this series' spacing
  std::size_t window = 0;
  bool closed = false;
};

Summed sum_to_window(View<const double, 2> x, double gamma_0, std::size_t last_lag) {
  const double n = static_cast<double>(x.size());
  Summed s{gamma_0};
  for (std::size_t w = 1; w <= last_lag && !s.closed; ++w) {
    s.total += 2 * autocovariance(x, w);
    s.window = w;
    const double tau_int = s.total / (2 * gamma_0);
    const double decay = tau_int <= 0.5 ? std::numeric_limits<double>::min()
                                        : window_factor / std::log((2 * tau_int + 1) / (2 * tau_int - 1));
    const double width = static_cast<double>(w);
    s.closed = std::exp(-width / decay) - decay / std::sqrt(width * n) < 0;
  }
  if (s.total <= 0) s = {gamma_0, 0.5, 0, true}; // noise about anticorrelation: count samples as independent
  // The mean of the same data was subtracted, which lowers every Gamma by total / n.
  s.total *= 1 + (2 * static_cast<double>(s.window) + 1) / n;
  s.tau = s.total / (2 * (gamma_0 + s.total / n));
  return s;
}

/// Whether neighbours are anticorrelated, or less correlated than next neighbours are, beyond noise. Then the
/// sum's first terms cancel one another and tell nothing of those to come.
bool alternates(View<const double, 2> x, double gamma_0) {
  const double noise = 1 / std::sqrt(static_cast<double>(x.size()));
  const double first = x.extent(1) > 1 ? autocovariance(x, 1) / gamma_0 : 0;
  const double second = x.extent(1) > 2 ? autocovariance(x, 2) / gamma_0 : first;
  return first < -std::min(2 * noise, 0.25) || second - first > 3 * std::sqrt(2.0) * noise;
}

/// Means of neighbouring pairs; an odd sample at the beginning is dropped.
Array<double, 2> coarsened(View<const double, 2> x) {
  const std::size_t half = x.extent(1) / 2, skip = x.extent(1) % 2;
  Array<double, 2> out({x.extent(0), half});
  for (std::size_t chain = 0; chain < x.extent(0); ++chain)
    for (std::size_t s = 0; s < half; ++s)
      out(chain, s) = 0.5 * (x(chain, skip + 2 * s) + x(chain, skip + 2 * s + 1));
  return out;
}

/// Variance of a mean, and how it was found.
struct MeanVariance {
  double value = 0;
  double relative_error = 0; // of the variance
  std::size_t window = 0;    // 0 where it is that of the chains' means
};

/// By the Gamma method, coarsening until nothing alternates and the window closes within largest_window lags.
std::optional<MeanVariance> variance_from_gamma(View<const double, 2> deviation, bool must_close) {
  const double n = static_cast<double>(deviation.size());
  const std::size_t share = must_close ? 4 : 2;
  Array<double, 2> x(deviation.shape());
  std::copy(deviation.flat().begin(), deviation.flat().end(), x.flat().begin());
  for (std::size_t spacing = 1;; spacing *= 2) {
    const std::size_t last_lag = std::min(largest_window, x.extent(1) / share);
    const double gamma_0 = autocovariance(x, 0), n_now = static_cast<double>(x.size());
    Summed s = sum_to_window(x, gamma_0, last_lag);
    const bool exhausted = last_lag < largest_window;
    const bool settled = s.closed || (exhausted && !must_close);
    const bool doubtful = settled && alternates(x, gamma_0);
    if (settled && (!doubtful || x.extent(1) < shortest_coarsened)) {
      if (doubtful) s.total = std::max(s.total, gamma_0);
      const double window = static_cast<double>(std::max<std::size_t>(s.window, 1));
      return MeanVariance{s.total * static_cast<double>(spacing) / n,
                          2 * std::sqrt(std::max(window + 0.5 - s.tau, 0.5) / n_now),
                          std::max<std::size_t>(s.window, 1) * spacing};
    }
    if (exhausted && !doubtful) return std::nullopt;
    x = coarsened(x);
  }
}

MeanVariance variance_of_scatter(View<const double, 2> deviation) {
  return {variance_from_chains(deviation), std::sqrt(2.0 / static_cast<double>(deviation.extent(0) - 1)), 0};
}

/// Deviations from each chain's own mean.
Array<double, 2> about_own_means(View<const double, 2> deviation) {
  Array<double, 2> own(deviation.shape());
  for (std::size_t chain = 0; chain < deviation.extent(0); ++chain) {
    const auto row = deviation.row(chain);
    const double mean = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
    std::ranges::transform(row, own.row(chain).begin(), [mean](double x) { return x - mean; });
  }
  return own;
}

/// Of chains whose means scatter as if they had hardly moved: whether they are stuck in different places, which
/// what happens about each chain's own mean tells, or are too short to tell.
void tell_stuck_from_short(View<const double, 2> deviation, double scatter, MeanEstimate& estimate) {
  const std::size_t n_chains = deviation.extent(0), length = deviation.extent(1);
  const double n = static_cast<double>(deviation.size()), steps = static_cast<double>(length);
  const Array<double, 2> own = about_own_means(deviation);
  const double gamma_0 = autocovariance(own, 0);
  estimate.too_short = length < shortest_coarsened;
  if (estimate.too_short) return;
  if (gamma_0 <= 1e-28 * autocovariance(deviation, 0)) { // each stands still
    estimate.chains_agree = 0;
    return;
  }
  const auto within = variance_from_gamma(own, true);
  estimate.too_short = !within || 4 * within->window > length;
  if (estimate.too_short) return;
  // The chain's own mean takes 2 tau of length away from the variance.
  const double tau = within->value * n / (2 * gamma_0);
  const double expected = within->value / (1 - 2 * tau / steps);
  const double event = size_of_event(own, within->window) / n;
  estimate.chains_agree = chance_of_scatter(scatter, expected, event, n_chains);
}

/// By the Gamma method; by the scatter of the chains' means where its window passes a quarter of a chain, as that of
/// chains stuck in different places does (the larger of the two, where both are known), and where chains scatter more
/// than what happens within them allows. Sets what it finds of the chains' agreement.
MeanVariance variance_of_mean(const Deviations& d, MeanEstimate& estimate) {
  const std::size_t n_chains = d.values.extent(0), length = d.values.extent(1);
  const double n = static_cast<double>(d.values.size());
  const bool many_chains = n_chains >= enough_chains || (n_chains > 1 && length < 8);
  const auto within = variance_from_gamma(d.values, many_chains);
  if (n_chains == 1) return *within;
  const MeanVariance between = variance_of_scatter(d.values);
  const bool resolved = within && 4 * within->window <= length;
  if (!resolved) {
    // Chains of less than four autocorrelation times, as far as their scatter tells.
    const double tau = between.value * n / (2 * (d.variance + between.value));
    if (4 * tau > static_cast<double>(length)) tell_stuck_from_short(d.values, between.value, estimate);
    return within && within->value > between.value ? *within : between;
  }
  const double event = size_of_event(d.values, within->window) / n;
  estimate.chains_agree = chance_of_scatter(between.value, within->value, event, n_chains);
  return estimate.chains_agree < doubtful_chance && between.value > within->value ? between : *within;
}

} // namespace

MeanEstimate gamma_analysis(View<const double, 2> series) {
  if (series.size() == 0) throw Error(ErrorKind::numerical, "a time series is empty");
  const Deviations d = deviations(series);
  MeanEstimate estimate{d.mean, std::numeric_limits<double>::quiet_NaN()};
  // Rounding of the mean leaves a constant series with deviations of some 1e-16 of it.
  if (series.size() == 1 || d.variance <= 1e-28 * d.mean * d.mean) return estimate;

  const double n = static_cast<double>(series.size());
  const MeanVariance v = variance_of_mean(d, estimate);
  estimate.one_event = size_of_event(d.values, v.window > 0 ? v.window : series.extent(1)) / n;
  estimate.error = std::hypot(std::sqrt(v.value), estimate.one_event);
  estimate.tau = v.value * n / (2 * (d.variance + v.value));
  estimate.tau_error = estimate.tau * v.relative_error;
  estimate.window = v.window;
  return estimate;
}

double tau_beyond_chance(View<const double, 2> series) {
  constexpr double most = 5;
  if (series.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const MeanEstimate estimate = gamma_analysis(series);
  const auto n = static_cast<double>(series.size()), n_chains = static_cast<double>(series.extent(0));
  const double by_chance = estimate.window > 0 ? std::sqrt(static_cast<double>(estimate.window) / n)
                                               : 0.5 * std::sqrt(2 / std::max(n_chains - 1, 1.0));
  return estimate.tau > 0.5 + most * by_chance ? estimate.tau : 0.5;
}

MeanEstimate gamma_analysis_in_turn(std::span<const double> values, std::size_t n_chains) {
  if (values.empty() || n_chains == 0) throw Error(ErrorKind::numerical, "a time series is empty");
  const std::size_t chains = std::min(n_chains, values.size()), length = values.size() / chains;
  Array<double, 2> series({chains, length});
  for (std::size_t i = 0; i < chains * length; ++i) series(i % chains, i / chains) = values[i];
  MeanEstimate estimate = gamma_analysis(series);
  long double sum = 0;
  for (const double x : values) sum += x;
  estimate.mean = static_cast<double>(sum / static_cast<long double>(values.size()));
  const double share = static_cast<double>(chains * length) / static_cast<double>(values.size());
  estimate.error *= std::sqrt(share);
  estimate.one_event *= share;
  return estimate;
}

} // namespace blockspin::stats
