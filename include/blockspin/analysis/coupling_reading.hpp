#pragma once
// The path of a flow in coupling space: at each step, the couplings that would make
// the walkers' states likely.

#include <optional>
#include <vector>

#include "blockspin/analysis/shared_starts.hpp"
#include "blockspin/base/array.hpp"
#include "blockspin/ising/coupling_fit.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::analysis {

/// One fit. NaN where the states do not determine couplings.
struct CouplingRecord {
  ising::Couplings coupling{};
  ising::Couplings error{};
  double misfit = 0.0;   ///< nats a site beyond the three couplings that local environments could tell
  double residual = 0.0; ///< mean of (s - <s | neighbours>) times the mean of all other spins, a site
  double residual_error =
      0.0; ///< 0 within errors where the states are those of the couplings: the goodness of fit
};

/// Fits walkers' states; counts are exact, the fit is redundant on every rank, and errors come from blocks of
/// walkers, so records are the same bits for every rank count. Two-dimensional lattices only. Borrows comm.
class CouplingReading {
public:
  CouplingReading(const mpi::Communicator& comm, const lattice::Geometry& geometry, std::uint64_t n_walkers)
      : comm_(comm), geometry_(geometry), n_walkers_(n_walkers) {}

  /// One fit of this rank's walkers [walker, site], spins +-1, whole blocks of walker_block from walker `first`
  /// on; of walkers that share starting states the parts take the blocks' place. `start` is where the optimiser
  /// begins. Collective.
  CouplingRecord fit(View<const float, 2> walkers, std::uint64_t first,
                     const std::optional<SharedStarts>& shared, const ising::Couplings& start) const;

private:
  const mpi::Communicator& comm_;
  lattice::Geometry geometry_;
  std::uint64_t n_walkers_;
};

} // namespace blockspin::analysis
