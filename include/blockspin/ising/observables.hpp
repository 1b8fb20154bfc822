#pragma once
// Thermodynamic observables with standard errors from integer time series. Definitions
// as the archive states them.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "blockspin/ising/binned_series.hpp"
#include "blockspin/stats/autocorrelation.hpp"

namespace blockspin::ising {

/// What is measured; the order is that of Observables.
enum class Observable : std::size_t {
  energy,                ///< e = <E_tot>/N, E_tot = E - field M
  specific_heat,         ///< c = (<E_tot^2> - <E_tot>^2)/(N T^2)
  magnetization,         ///< <M>/N
  abs_magnetization,     ///< <|M|>/N
  magnetization_squared, ///< <M^2>/N^2
  /// N(<m^2> - <|m|>^2)/T: the fluctuations within one well. Without a field it tends to dm/dh of the
  /// infinite lattice below T_c, to 1 - 2/pi of it above; in a field it is no response.
  susceptibility,
  susceptibility_high_t, ///< N <m^2>/T: dm/dh where <m> is 0, without a field
  binder_cumulant,       ///< 1 - <m^4>/(3 <m^2>^2); NaN where M was 0 in every sample
  /// N(<m^2> - <m>^2)/T = dm/dh of the finite lattice at every field: the connected susceptibility;
  /// without a field <m> is 0.
  susceptibility_connected,
};
inline constexpr std::size_t n_observables = 9;
inline constexpr std::array<Observable, n_observables> all_observables = {
    Observable::energy,
    Observable::specific_heat,
    Observable::magnetization,
    Observable::abs_magnetization,
    Observable::magnetization_squared,
    Observable::susceptibility,
    Observable::susceptibility_high_t,
    Observable::binder_cumulant,
    Observable::susceptibility_connected};

/// "energy", "specific_heat", ... as in the archive's paths.
std::string_view name(Observable observable);

/// The ensemble a series was drawn from. At T = 0 specific heat and susceptibilities
/// are 0; at T = inf likewise. They are NaN where the temperature is, because it is not known.
struct Ensemble {
  std::uint64_t n_sites = 0;
  double temperature = 0;
  double field = 0;
  int n_neighbours = 4; ///< of a site: what one spin's turn costs at least, 2 n_neighbours
};

/// By Observable: mean, standard error with autocorrelation, tau in *sweeps*.
struct Observables {
  std::array<stats::MeanEstimate, n_observables> values;
  const stats::MeanEstimate& operator[](Observable o) const { return values[static_cast<std::size_t>(o)]; }
};

/// Series of one temperature, one span a ladder (independent chains, equal length), a sample a sweep. Means
/// come from exact integer sums; a derived quantity's error is the Gamma method on its linearised series
/// sum_a (df/da)(a_i - <a>) (Wolff 2004; the infinitesimal jackknife). Deterministic, local. Throws
/// ErrorKind::numerical without samples.
Observables measure(const Ensemble& ensemble, std::span<const std::span<const std::int64_t>> energy,
                    std::span<const std::span<const std::int64_t>> magnetization);

/// The same of values kept in turn from n_chains chains: value i is of chain i % n_chains. Means are of all values; errors
/// leave out what is left over by n_chains, and count it again by its number (as stats::gamma_analysis_in_turn).
Observables measure_in_turn(const Ensemble& ensemble, std::span<const std::int64_t> energy,
                            std::span<const std::int64_t> magnetization, std::size_t n_chains);

/// The same of a long run's bins: means of all samples, errors by the Gamma method on the bins' means (a
/// last bin that is not full counts by its number), tau = n error^2 / (2 variance), the variance of a sample
/// from one of each bin.
Observables measure(const Ensemble& ensemble, std::span<const std::span<const Bin>> chains);

/// Energy per site of one configuration: (E - field M)/N.
double energy_per_site(const Ensemble& ensemble, std::int64_t energy, std::int64_t magnetization);

} // namespace blockspin::ising
