#include "blockspin/ising/observables.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "blockspin/base/array.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/stats/moments.hpp"

namespace blockspin::ising {
namespace {

using Chains = std::span<const std::span<const std::int64_t>>;

/// Means of powers over some samples, the field's part of the energy included.
struct Means {
  long double energy = 0, energy_variance = 0, magnetization = 0, abs = 0, squared = 0, fourth = 0;
};

stats::MomentSums moment_sums(Chains energy, Chains magnetization) {
  stats::MomentSums sums;
  for (std::size_t chain = 0; chain < energy.size(); ++chain)
    for (std::size_t i = 0; i < energy[chain].size(); ++i)
      sums.add(energy[chain][i], magnetization[chain][i]);
  return sums;
}

/// <ab> - <a><b> from integer sums: the difference is taken before anything is rounded where it fits.
long double covariance(stats::Int128 ab, stats::Int128 a, stats::Int128 b, std::uint64_t n) {
  const long double count = static_cast<long double>(n);
  stats::Int128 scaled = 0, product = 0, difference = 0;
  if (!__builtin_mul_overflow(ab, static_cast<stats::Int128>(n), &scaled) &&
      !__builtin_mul_overflow(a, b, &product) && !__builtin_sub_overflow(scaled, product, &difference))
    return static_cast<long double>(difference) / (count * count);
  return static_cast<long double>(ab) / count -
         static_cast<long double>(a) / count * (static_cast<long double>(b) / count);
}

Means means_of(const stats::MomentSums& s, long double field) {
  const long double n = static_cast<long double>(s.n);
  const auto mean = [n](stats::Int128 sum) { return static_cast<long double>(sum) / n; };
  Means m;
  m.magnetization = mean(s.magnetization);
  m.energy = mean(s.energy) - field * m.magnetization;
  m.energy_variance =
      covariance(s.energy_squared, s.energy, s.energy, s.n) -
      2 * field * covariance(s.energy_magnetization, s.energy, s.magnetization, s.n) +
      field * field * covariance(s.magnetization_squared, s.magnetization, s.magnetization, s.n);
  m.abs = mean(s.abs_magnetization);
  m.squared = mean(s.magnetization_squared);
  m.fourth = s.magnetization_fourth.value() / n;
  return m;
}

/// An observable's value, and its linearisation sum_a (df/da) a_i for some of the samples.
class Linearised {
public:
  Linearised(const Ensemble& ensemble, const Means& means)
      : means_(means), n_(static_cast<long double>(ensemble.n_sites)), t_(ensemble.temperature) {}

  bool is_zero(Observable o) const {
    const bool response = o == Observable::specific_heat || o == Observable::susceptibility ||
                          o == Observable::susceptibility_high_t;
    return response && (t_ == 0 || std::isinf(t_));
  }

  /// Whether the definition divides by zero: the Binder cumulant where M is 0 throughout.
  bool is_undefined(Observable o) const { return o == Observable::binder_cumulant && means_.squared == 0; }

  double value(Observable o) const { return static_cast<double>(exact_value(o)); }

  /// Of the samples whose means are x, x.energy_variance being taken about the mean of all.
  double linear(Observable o, const Means& x) const {
    switch (o) {
    case Observable::energy: return static_cast<double>(x.energy / n_);
    case Observable::specific_heat: return static_cast<double>(x.energy_variance / (n_ * t_ * t_));
    case Observable::magnetization: return static_cast<double>(x.magnetization / n_);
    case Observable::abs_magnetization: return static_cast<double>(x.abs / n_);
    case Observable::magnetization_squared: return static_cast<double>(x.squared / (n_ * n_));
    case Observable::susceptibility:
      return static_cast<double>((x.squared - 2 * means_.abs * x.abs) / (n_ * t_));
    case Observable::susceptibility_high_t: return static_cast<double>(x.squared / (n_ * t_));
    case Observable::binder_cumulant:
      return static_cast<double>((2 * means_.fourth * x.squared / means_.squared - x.fourth) /
                                 (3 * means_.squared * means_.squared));
    }
    throw Error(ErrorKind::internal, "an observable without a definition");
  }

  /// Of one sample with energy E (field not included) and magnetisation M.
  Means of_sample(std::int64_t sample_energy, std::int64_t magnetization, double field) const {
    const auto m = static_cast<long double>(magnetization);
    const auto e = static_cast<long double>(sample_energy) - static_cast<long double>(field) * m;
    const long double deviation = e - means_.energy, m2 = m * m;
    return {e, deviation * deviation, m, std::abs(m), m2, m2 * m2};
  }

  /// Of a bin.
  Means of_bin(const stats::MomentSums& sums, double field) const {
    Means x = means_of(sums, field);
    x.energy_variance += (x.energy - means_.energy) * (x.energy - means_.energy);
    return x;
  }

  const Means& of_all() const { return means_; }

private:
  long double exact_value(Observable o) const {
    switch (o) {
    case Observable::energy: return means_.energy / n_;
    case Observable::specific_heat: return means_.energy_variance / (n_ * t_ * t_);
    case Observable::magnetization: return means_.magnetization / n_;
    case Observable::abs_magnetization: return means_.abs / n_;
    case Observable::magnetization_squared: return means_.squared / (n_ * n_);
    case Observable::susceptibility: return (means_.squared - means_.abs * means_.abs) / (n_ * t_);
    case Observable::susceptibility_high_t: return means_.squared / (n_ * t_);
    case Observable::binder_cumulant: return 1 - means_.fourth / (3 * means_.squared * means_.squared);
    }
    throw Error(ErrorKind::internal, "an observable without a definition");
  }

  Means means_;
  long double n_, t_;
};

void check_shape(Chains energy, Chains magnetization) {
  require(energy.size() == magnetization.size(), "one magnetisation series for every energy series");
  if (energy.empty() || energy[0].empty()) throw Error(ErrorKind::numerical, "a time series is empty");
  for (std::size_t chain = 0; chain < energy.size(); ++chain)
    require(energy[chain].size() == energy[0].size() && magnetization[chain].size() == energy[0].size(),
            "the ladders' time series differ in length");
}

/// Fills in what is 0 or undefined, the values, and the errors and tau that `estimate` finds.
template <class Estimate>
Observables each_defined(const Linearised& observable, const Estimate& estimate) {
  Observables result;
  for (const Observable o : all_observables) {
    stats::MeanEstimate& value = result.values[static_cast<std::size_t>(o)];
    if (observable.is_zero(o)) continue;
    if (observable.is_undefined(o)) {
      value.mean = value.error = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    value = estimate(o);
    value.mean = observable.value(o);
  }
  return result;
}

} // namespace

std::string_view name(Observable observable) {
  constexpr std::array<std::string_view, n_observables> names = {"energy",
                                                                 "specific_heat",
                                                                 "magnetization",
                                                                 "abs_magnetization",
                                                                 "magnetization_squared",
                                                                 "susceptibility",
                                                                 "susceptibility_high_t",
                                                                 "binder_cumulant"};
  return names[static_cast<std::size_t>(observable)];
}

Observables measure(const Ensemble& ensemble, Chains energy, Chains magnetization) {
  check_shape(energy, magnetization);
  const Linearised observable(ensemble, means_of(moment_sums(energy, magnetization), ensemble.field));
  Array<double, 2> series({energy.size(), energy[0].size()});
  return each_defined(observable, [&](Observable o) {
    for (std::size_t chain = 0; chain < series.extent(0); ++chain)
      for (std::size_t i = 0; i < series.extent(1); ++i)
        series(chain, i) = observable.linear(
            o, observable.of_sample(energy[chain][i], magnetization[chain][i], ensemble.field));
    return stats::gamma_analysis(series);
  });
}

Observables measure(const Ensemble& ensemble, std::span<const std::span<const Bin>> chains) {
  if (chains.empty() || chains[0].empty()) throw Error(ErrorKind::numerical, "a time series is empty");
  stats::MomentSums all;
  for (const auto& bins : chains)
    for (const Bin& bin : bins) all.merge(bin.sums);
  const Linearised observable(ensemble, means_of(all, ensemble.field));
  const std::uint64_t width = chains[0][0].sums.n;
  const std::size_t n_full = chains[0].size() - (chains[0].back().sums.n < width ? 1 : 0);
  const double n_binned = static_cast<double>(chains.size() * n_full * width);
  Array<double, 2> series({chains.size(), n_full});
  return each_defined(observable, [&](Observable o) {
    const double mean = observable.linear(o, observable.of_all());
    double variance = 0; // of one sample, from one of each bin
    for (std::size_t chain = 0; chain < chains.size(); ++chain)
      for (std::size_t i = 0; i < n_full; ++i) {
        const Bin& bin = chains[chain][i];
        series(chain, i) = observable.linear(o, observable.of_bin(bin.sums, ensemble.field));
        const double x = observable.linear(
            o, observable.of_sample(bin.last_energy, bin.last_magnetization, ensemble.field));
        variance += (x - mean) * (x - mean) / static_cast<double>(series.size());
      }
    stats::MeanEstimate estimate = stats::gamma_analysis(series);
    const double tau_in_bins = estimate.tau;
    if (variance > 0 && estimate.error > 0)
      estimate.tau = estimate.error * estimate.error * n_binned / (2 * variance);
    estimate.tau_error *= estimate.tau / tau_in_bins;
    estimate.window *= width;
    estimate.error *= std::sqrt(n_binned / static_cast<double>(all.n));
    return estimate;
  });
}

double energy_per_site(const Ensemble& ensemble, std::int64_t energy, std::int64_t magnetization) {
  return (static_cast<double>(energy) - ensemble.field * static_cast<double>(magnetization)) /
         static_cast<double>(ensemble.n_sites);
}

} // namespace blockspin::ising
