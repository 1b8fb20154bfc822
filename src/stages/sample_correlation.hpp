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

/// Collective: from this rank's rows of one temperature; the same on every rank. A global sign changes
/// nothing. Kept configuration i is of chain i % n_chains.
ising::Correlations correlations_of(const mpi::Communicator& comm, const lattice::Geometry& geometry,
                                    const replica::KeptRows& rows, std::size_t n_chains);

/// Collective. [temperature]
void write_correlations(archive::StageWriter& writer, const std::vector<ising::Correlations>& all);

} // namespace blockspin::stages
