#pragma once
// How couplings of an ensemble or a machine stand in the archive.

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/rg/coupling_estimates.hpp"
#include "blockspin/rg/machine_couplings.hpp"

namespace blockspin::stages {

/// `found`: of each temperature. Collective.
void write_couplings(archive::StageWriter& writer, const rg::CouplingSetup& setup,
                     const std::vector<double>& temperatures,
                     const std::vector<rg::CouplingEstimates>& found);
/// Of a machine: one row, without a temperature. Collective.
void write_couplings(archive::StageWriter& writer, int n_dimensions,
                     const std::vector<ising::Operator>& operators,
                     const std::vector<rg::PlacedCoupling>& found);

} // namespace blockspin::stages
