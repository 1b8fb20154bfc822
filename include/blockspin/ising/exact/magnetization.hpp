#pragma once
// The exact distribution of the magnetisation of small tori at one temperature.

#include <cstdint>
#include <vector>

namespace blockspin::ising::exact {

/// P(M) for M = -N, -N + 2, ..., N: probability[k] belongs to M = 2k - N.
struct MagnetizationDistribution {
  std::uint64_t n_sites = 0;
  std::vector<double> probability;

  /// <|m|>, <m^2>, <m^4>: moments of m = M/N.
  double abs_moment() const;
  double moment(unsigned power) const;
  double binder_cumulant() const;
};

/// Periodic n x m lattice, T > 0 (inf allowed), field allowed, by the row transfer matrix over states and
/// magnetisation with the first row fixed; rows equal by translation and reflection are taken once. min(n, m)
/// <= 10. 10x10 takes about 0.15 s.
MagnetizationDistribution magnetization_distribution(std::uint64_t n, std::uint64_t m, double temperature,
                                                     double field = 0);

} // namespace blockspin::ising::exact
