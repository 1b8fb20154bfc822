#pragma once
// What an mcrg stage leaves in the archive.

#include <optional>
#include <vector>

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/ising/observables.hpp"
#include "blockspin/rg/mcrg_estimates.hpp"

namespace blockspin::stages {

/// Everything that was found.
struct McrgResult {
  unsigned factor = 2, n_dimensions = 2;
  double temperature = 0;
  std::uint64_t n_sweeps = 0; ///< of each ladder, after equilibration
  ising::Observables observables;
  rg::McrgEstimates estimates;
  std::optional<rg::EstimateTable> critical_coupling; ///< by matching
};

/// Writes every dataset; does not commit. Collective.
void write_mcrg(archive::StageWriter& writer, const McrgResult& result);

} // namespace blockspin::stages
