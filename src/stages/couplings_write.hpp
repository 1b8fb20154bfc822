#pragma once
// How couplings of an ensemble stand in the archive.

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/rg/coupling_estimates.hpp"

namespace blockspin::stages {

/// `found`: of each temperature. Collective.
void write_couplings(archive::StageWriter& writer, const rg::CouplingSetup& setup,
                     const std::vector<double>& temperatures,
                     const std::vector<rg::CouplingEstimates>& found);

} // namespace blockspin::stages
