#pragma once
// Energies and magnetisations of a temperature's configurations, gathered in their order.

#include <cstdint>
#include <vector>

#include "blockspin/ising/observables.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/replica/kept.hpp"

namespace blockspin::stages {

/// 16 bytes a configuration, on every rank.
struct ReadingSeries {
  std::vector<std::int64_t> energy; ///< of the bonds
  std::vector<std::int64_t> magnetization;

  /// The rows that follow; ranks' ranges are consecutive. Collective.
  void add(const mpi::Communicator& comm, const lattice::Geometry& geometry, const replica::KeptRows& rows);
  /// Configuration i is of chain i % n_chains. Local.
  ising::Observables observables(const lattice::Geometry& geometry, double temperature, double field,
                                 std::size_t n_chains) const;
};

} // namespace blockspin::stages
