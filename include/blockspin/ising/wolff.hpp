#pragma once
// Wolff: one cluster at a time, grown from a random site and always turned.

#include <cstdint>
#include <vector>

#include "blockspin/ising/cluster_stream.hpp"
#include "blockspin/ising/row_spins.hpp"

namespace blockspin::ising {

/// Wolff, Phys. Rev. Lett. 62, 361 (1989), without a field; bond probabilities to 2^-32. The lattice must be
/// whole (a cluster grows anywhere, site by site) and have fewer than 2^32 sites. Local.
class Wolff {
public:
  /// Throws ErrorKind::setting for a divided block.
  explicit Wolff(const RowBlock& block);

  /// Turns `n_clusters` clusters one after the other; returns the number of spins turned.
  std::uint64_t update(RowSpins& spins, double temperature, std::uint64_t n_clusters,
                       const ClusterStream& random);

private:
  RowBlock block_;
  std::vector<std::uint32_t> front_; ///< sites whose neighbours are still to be asked
};

/// The expected share <m^2> of the lattice in one cluster, from exact results (1D) and scaling laws (2D:
/// Yang's m^2, and 0.9626 t^{-7/4} / N above T_c, McCoy & Wu 1973; 3D: amplitudes of Talapov & Bloete 1996),
/// good to some 20 % in two and 50 % in three dimensions. What a Wolff sweep's number of clusters is derived
/// from: a measured share would make the update depend on the chain's past.
double expected_cluster_share(const lattice::Geometry& geometry, double temperature);

/// Clusters of sweep number `sweep`: 1 / share on average, so that a sweep turns about
/// as many spins as there are.
std::uint64_t clusters_in_sweep(double share, std::uint64_t sweep);

} // namespace blockspin::ising
