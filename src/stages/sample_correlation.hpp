#pragma once
// Spatial correlations of the kept configurations, as a sample stage writes them.

#include <vector>

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/ising/correlation.hpp"
#include "blockspin/replica/kept.hpp"

namespace blockspin::stages {

/// Configurations of a temperature that correlations are measured on, from the first on: enough for errors of
/// a few per cent, and cheap beside sampling them.
inline constexpr std::uint64_t most_correlated = 4096;

/// Gathers the sums of one temperature's configurations, a few at a time. A global sign changes nothing.
class CorrelationSums {
public:
  explicit CorrelationSums(const lattice::Geometry& geometry) : geometry_(geometry) {}

  /// Collective: each rank's rows of the next configurations, ranks' ranges consecutive.
  void add(const mpi::Communicator& comm, const replica::KeptRows& rows);
  /// The same on every rank. Kept configuration i is of chain i % n_chains.
  ising::Correlations correlations(double temperature, std::size_t n_chains) const;

private:
  const lattice::Geometry& geometry_;
  std::vector<ising::PairSums> all_;
};

/// Collective. [temperature]
void write_correlations(archive::StageWriter& writer, const std::vector<ising::Correlations>& all);

} // namespace blockspin::stages
