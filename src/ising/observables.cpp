#include "blockspin/ising/observables.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "blockspin/base/array.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/stats/moments.hpp"
#include "unseen.hpp"

namespace blockspin::ising {
namespace {

using Chains = std::span<const std::span<const std::int64_t>>;

stats::MomentSums moment_sums(Chains energy, Chains magnetization) {
  stats::MomentSums sums;
  for (std::size_t chain = 0; chain < energy.size(); ++chain)
    for (std::size_t i = 0; i < energy[chain].size(); ++i)
      sums.add(energy[chain][i], magnetization[chain][i]);
  return sums;
}

void check_shape(Chains energy, Chains magnetization) {
  require(energy.size() == magnetization.size(), "one magnetisation series for every energy series");
  if (energy.empty() || energy[0].empty()) throw Error(ErrorKind::numerical, "a time series is empty");
  for (std::size_t chain = 0; chain < energy.size(); ++chain)
    require(energy[chain].size() == energy[0].size() && magnetization[chain].size() == energy[0].size(),
            "the ladders' time series differ in length");
}

/// <m>^2 has no linear part where <m> is small beside its error s: then it is off by s^2 times the square of a
/// normal deviate, whose own square is 3 on average.
void add_second_order(const Ensemble& about, Observables& all) {
  const double t = about.temperature, s = all[Observable::magnetization].error;
  if (about.field == 0 || t == 0 || std::isinf(t)) return;
  double& error = all.values[static_cast<std::size_t>(Observable::susceptibility_connected)].error;
  error = std::hypot(error, std::sqrt(3.0) * static_cast<double>(about.n_sites) * s * s / t);
}

/// Fills in what is 0 or undefined, the values, and the errors and tau that `estimate` finds. n: samples, of
/// which `seen` is one.
template <class Estimate>
Observables each_defined(const Linearised& observable, const Sample& seen, std::uint64_t n,
                         const Estimate& estimate) {
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
    count_unseen(observable, o, seen, n, value);
  }
  add_second_order(observable.about(), result);
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
                                                                 "binder_cumulant",
                                                                 "susceptibility_connected"};
  return names[static_cast<std::size_t>(observable)];
}

Observables measure(const Ensemble& ensemble, Chains energy, Chains magnetization) {
  check_shape(energy, magnetization);
  const stats::MomentSums all = moment_sums(energy, magnetization);
  const Linearised observable(ensemble, means_of(all, ensemble.field));
  Array<double, 2> series({energy.size(), energy[0].size()});
  return each_defined(observable, {energy[0][0], magnetization[0][0]}, all.n, [&](Observable o) {
    for (std::size_t chain = 0; chain < series.extent(0); ++chain)
      for (std::size_t i = 0; i < series.extent(1); ++i)
        series(chain, i) = observable.linear(o, Sample{energy[chain][i], magnetization[chain][i]});
    return stats::gamma_analysis(series);
  });
}

Observables measure_in_turn(const Ensemble& ensemble, std::span<const std::int64_t> energy,
                            std::span<const std::int64_t> magnetization, std::size_t n_chains) {
  const std::span<const std::int64_t> energies[] = {energy}, magnetizations[] = {magnetization};
  check_shape(energies, magnetizations);
  require(n_chains >= 1 && n_chains <= energy.size(), "more chains than values");
  const stats::MomentSums all = moment_sums(energies, magnetizations);
  const Linearised observable(ensemble, means_of(all, ensemble.field));
  Array<double, 2> series({n_chains, energy.size() / n_chains});
  const double share = static_cast<double>(series.size()) / static_cast<double>(energy.size());
  return each_defined(observable, {energy[0], magnetization[0]}, all.n, [&](Observable o) {
    for (std::size_t i = 0; i < series.size(); ++i)
      series(i % n_chains, i / n_chains) = observable.linear(o, Sample{energy[i], magnetization[i]});
    stats::MeanEstimate estimate = stats::gamma_analysis(series);
    estimate.error *= std::sqrt(share);
    estimate.one_event *= share;
    return estimate;
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
  const auto last_of = [](const Bin& bin) { return Sample{bin.last_energy, bin.last_magnetization}; };
  Array<double, 2> series({chains.size(), n_full});
  return each_defined(observable, last_of(chains[0][0]), all.n, [&](Observable o) {
    const double mean = observable.linear(o, observable.of_all());
    double variance = 0; // of one sample, from one of each bin
    for (std::size_t chain = 0; chain < chains.size(); ++chain)
      for (std::size_t i = 0; i < n_full; ++i) {
        const Bin& bin = chains[chain][i];
        series(chain, i) = observable.linear(o, observable.of_bin(bin.sums));
        const double x = observable.linear(o, last_of(bin));
        variance += (x - mean) * (x - mean) / static_cast<double>(series.size());
      }
    stats::MeanEstimate estimate = stats::gamma_analysis(series);
    const double tau_in_bins = estimate.tau;
    const double of_mean = estimate.error * estimate.error - estimate.one_event * estimate.one_event;
    if (variance > 0 && of_mean > 0) estimate.tau = of_mean * n_binned / (2 * variance);
    estimate.tau_error *= estimate.tau / tau_in_bins;
    estimate.window *= width;
    const double share = n_binned / static_cast<double>(all.n);
    estimate.error *= std::sqrt(share);
    estimate.one_event *= share;
    return estimate;
  });
}

double energy_per_site(const Ensemble& ensemble, std::int64_t energy, std::int64_t magnetization) {
  return (static_cast<double>(energy) - ensemble.field * static_cast<double>(magnetization)) /
         static_cast<double>(ensemble.n_sites);
}

} // namespace blockspin::ising
