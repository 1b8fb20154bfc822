#pragma once
// Lattices updated by clusters, and when that pays.

#include <string>

#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/replica/walker.hpp"

namespace blockspin::replica {

enum class ClusterUpdate { swendsen_wang, wolff };

/// Walkers of ising::RowSpins, each from a random start; the setup's local update is not used. Swendsen-Wang
/// works on any domain. Throws ErrorKind::setting in a field, and Wolff on a divided lattice. A Wolff sweep
/// is as many clusters as turn about as many spins as there are (ising::expected_cluster_share).
WalkerFactory cluster_walkers(const LadderSetup& setup, ClusterUpdate update);

/// Whether Swendsen-Wang is faster here than local updates, and why, as a sentence for the log.
struct ClusterAdvice {
  bool clusters = false;
  std::string reason;
};

/// Clusters pay where, at some temperature, spins are correlated over more than 32 sites: a local
/// sweep costs some 1/150 of a cluster sweep but needs about xi^2.17 times as many
/// (replica/relaxation.hpp). Never in a field. Local.
ClusterAdvice advise_clusters(const LadderSetup& setup);

} // namespace blockspin::replica
