#pragma once
// The exact number of configurations at every energy of a small periodic lattice.

#include <cstdint>
#include <span>
#include <vector>

namespace blockspin::ising::exact {

/// Levels: energy[k] (total, ascending) and ln of the number of configurations; levels without
/// configurations are left out.
struct DensityOfStates {
  std::uint64_t n_sites = 0;
  std::vector<double> energy;
  std::vector<double> ln_count;

  /// ln Z(T) = ln sum g exp(-E/T); T > 0, inf allowed.
  double ln_z(double temperature) const;
  /// Probability of every level; T = 0 is the ground level.
  std::vector<double> probability(double temperature) const;
};

/// Square torus n x m by Kaufman's products as polynomials in exp(-2K) (Beale, Phys. Rev. Lett. 76, 78,
/// 1996), in exact integer arithmetic: modulo primes that hold the cosines, joined by the Chinese remainder
/// theorem. n m <= 1024, n, m >= 2.
DensityOfStates torus_density(std::uint64_t n, std::uint64_t m);

/// Ring of n sites: 2 binomial(n, 2k) configurations with 2k broken bonds.
DensityOfStates ring_density(std::uint64_t n);

/// Whether density_of_states() knows this lattice: one dimension, or two with at most 1024 sites.
bool has_density(std::span<const std::uint64_t> extents);
DensityOfStates density_of_states(std::span<const std::uint64_t> extents);

} // namespace blockspin::ising::exact
