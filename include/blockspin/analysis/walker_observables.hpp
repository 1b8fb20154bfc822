#pragma once
// What is measured of one walker's visible state, read as spins in [-1, 1].

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/lattice/geometry.hpp"

namespace blockspin::analysis {

/// Per spin, J = 1. Of spins that are not +-1 (mean fields) the same formulas.
struct WalkerObservables {
  double energy = 0.0;                ///< -(sum over bonds s s' + field sum s)/N
  double magnetization = 0.0;         ///< (sum s)/N
  double neighbour_correlation = 0.0; ///< mean of s s' over bonds
  double pair_correlation = 0.0;      ///< mean of s s' over all pairs of different sites
  /// How much nearer neighbours agree than any two sites: 0 for a state that knows its
  /// magnetisation but no lattice.
  double excess() const { return neighbour_correlation - pair_correlation; }
};

/// Measures configurations of one lattice.
class WalkerMeasurement {
public:
  WalkerMeasurement(const lattice::Geometry& geometry, double field);

  /// Also fills correlation[r] = mean over sites and axes of s(x) s(x + r e), r = 0 ... n_distances(). Local.
  WalkerObservables measure(std::span<const float> spins, std::span<double> correlation) const;
  /// Largest distance along an axis: half the shortest extent.
  std::size_t n_distances() const { return n_distances_; }

private:
  std::size_t n_sites_;
  double field_;
  std::size_t n_axes_;
  std::size_t n_distances_;
  std::vector<std::uint32_t> at_distance_; ///< [distance - 1, axis, site]: the site so far ahead
};

} // namespace blockspin::analysis
