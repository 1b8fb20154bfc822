#pragma once
// Spatial correlations of configurations: G(r) along the axes and the second-moment correlation length.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/packed.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/stats/autocorrelation.hpp"

namespace blockspin::ising {

/// Integer and Fourier sums of one configuration.
struct PairSums {
  std::vector<std::int64_t>
      pair_sum; ///< [r]: sum over sites and axes of s(x) s(x + r e_axis), r = 0 .. n_distances - 1
  std::int64_t magnetization = 0;
  double structure =
      0; ///< |sum s exp(i k x)|^2 / N at k = 2 pi / L along the longest axes, averaged over these
};

/// Distances that all axes have, 0 .. shortest / 2, but at most `most`.
std::size_t n_distances(const lattice::Geometry& geometry, std::size_t most = 129);

/// Bit-parallel: n_distances N d / 64 word operations. Local.
PairSums pair_sums(const lattice::Geometry& geometry, const PackedView& configurations, std::size_t i,
                   std::size_t distances);

/// G(r) = <s(0) s(r)>, averaged over sites and axes (the disconnected part included), and the second-moment
/// length xi = sqrt(N <m^2> / S(k) - 1) / (2 sin(k/2)) (Cooper, Freedman & Preston 1982); 0 where the root is
/// of a negative number.
struct Correlations {
  std::vector<stats::MeanEstimate> pair; ///< [r]
  stats::MeanEstimate length;
};

/// From the sums of configurations of one temperature, kept in turn from n_chains independent chains: sums[i]
/// is of chain i % n_chains. Means are of all, errors by stats::gamma_analysis_in_turn. Where G(r) is the same
/// in all, its error is a bound, three configurations with one spin turned, on a ring half of it (0 at T = 0, and for r = 0).
/// Deterministic, local. Throws ErrorKind::numerical without configurations.
Correlations correlations(const lattice::Geometry& geometry, double temperature,
                          std::span<const PairSums> sums, std::size_t n_chains = 1);

} // namespace blockspin::ising
