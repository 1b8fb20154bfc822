#pragma once
// Swendsen-Wang: every cluster of bound spins turns over with probability 1/2.

#include <cstdint>
#include <memory>

#include "blockspin/ising/cluster_stream.hpp"
#include "blockspin/ising/row_spins.hpp"

namespace blockspin::ising {

/// Swendsen & Wang, Phys. Rev. Lett. 58, 86 (1987), without a field. Bonds are drawn bit-sliced, 64 at a
/// time, with 64-bit probabilities; bound spins along a row are one run, and only runs are joined by
/// union-find. A cluster is named for its first site, whose own random bit decides; so the result is the same
/// for any division of the lattice into blocks. Up to 2^32 - 1 sites a block. Memory: about 1 bit a site and
/// 4 bytes a run (half a run a site at T_c).
class SwendsenWang {
public:
  explicit SwendsenWang(const RowBlock& block);
  ~SwendsenWang();
  SwendsenWang(SwendsenWang&&) noexcept;
  SwendsenWang& operator=(SwendsenWang&&) noexcept;

  /// One update of the whole lattice. Collective where the block is divided: every rank of `comm` must hold
  /// its box, and pays memory and time for the bound pairs along all cuts.
  void sweep(RowSpins& spins, double temperature, const ClusterStream& random, const mpi::Communicator& comm);

private:
  struct Workspace;
  std::unique_ptr<Workspace> work_;
};

} // namespace blockspin::ising
