#pragma once
// Exact thermodynamics of finite Ising lattices, and its inverse: the temperature with a given energy. J =
// k_B = 1.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/stats/autocorrelation.hpp"

namespace blockspin::ising::exact {

/// ln Z of the whole lattice; energy and specific heat per site. At T = 0: ln_z = +inf,
/// energy of the ground state, 0.
struct Thermodynamics {
  double ln_z = 0;
  double energy = 0;
  double specific_heat = 0;
};

/// Critical temperature of the square lattice, 2/ln(1 + sqrt 2), and coupling.
inline constexpr double critical_temperature = 2.269185314213022;
inline constexpr double critical_coupling = 0.440686793509772;
/// Critical temperature of the cubic lattice; not exact: 1/0.221654626(5) by Monte Carlo (Ferrenberg, Xu &
/// Landau, Phys. Rev. E 97, 043301, 2018).
inline constexpr double cubic_critical_temperature = 4.511523;

/// Periodic n x m lattice without field (Kaufman 1949; Ferdinand & Fisher 1969), n, m >= 3 and up to several
/// thousand, any T in [0, inf]; relative precision about 1e-12 of ln Z and energy, 1e-8 of the specific heat
/// (down to where it underflows). O(n).
Thermodynamics torus(std::uint64_t n, std::uint64_t m, double temperature);

/// Ring of n sites without field: Z = (2 cosh K)^n + (2 sinh K)^n.
Thermodynamics ring(std::uint64_t n, double temperature);

/// Infinite square lattice: m = (1 - sinh^-4 2K)^(1/8) below T_c, 0 above (Yang 1952).
double spontaneous_magnetization(double temperature);

/// Whether thermodynamics() knows this lattice (one or two dimensions, no field).
bool is_known(std::span<const std::uint64_t> extents);
/// ring() or torus() by the number of extents. Throws ErrorKind::numerical elsewhere.
Thermodynamics thermodynamics(std::span<const std::uint64_t> extents, double temperature);

/// ln of configurations' probabilities at T: -E/T - ln Z(T), for each total energy E; T = 0 means the two
/// ground states with probability 1/2 each (ln 1/2, or -inf for another E), T = inf the uniform distribution.
std::vector<double> ln_probabilities(std::span<const std::uint64_t> extents, double temperature,
                                     std::span<const double> energies);

/// Inverse of e(T) on one lattice: 0 for e at or below the ground state's, +inf
/// where e >= 0, monotonic between.
class EnergyTemperature {
public:
  explicit EnergyTemperature(std::vector<std::uint64_t> extents);
  double operator()(double energy_per_site) const;
  /// Of an energy with an error: half the change over one standard error either way.
  stats::MeanEstimate estimate(double energy_per_site, double error) const;

private:
  std::vector<std::uint64_t> extents_;
};

} // namespace blockspin::ising::exact
