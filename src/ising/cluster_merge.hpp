#pragma once
// Clusters that cross the cuts between blocks: one name for all their parts.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::ising {

/// A bound pair of sites on either side of a cut, each given by the first site of its part of the cluster.
struct CrossBond {
  std::uint64_t here = 0;
  std::uint64_t ahead = 0;
};

/// Collective. From every rank's cross bonds: for every part that meets a cut, the first site of the whole
/// cluster. Every rank does the whole union-find, so memory and time grow with the sites along all cuts. The
/// same on every rank.
std::map<std::uint64_t, std::uint64_t> merged_clusters(const mpi::Communicator& comm,
                                                       std::span<const CrossBond> mine);

} // namespace blockspin::ising
