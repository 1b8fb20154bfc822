#pragma once
// Datasets of what is measured on an ensemble: thermodynamic observables and correlations.

#include <string>
#include <vector>

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/ising/observables.hpp"

namespace blockspin::stages {

/// observables/...; the autocorrelation time is in `time_unit`, `more` ends the description of the means.
void add_observable_rows(std::vector<archive::Row>& rows, const std::string& time_unit,
                         const std::string& more);
/// correlation/..., as write_correlations() writes them.
void add_correlation_rows(std::vector<archive::Row>& rows);
/// Of each temperature. Collective.
void write_observables(archive::StageWriter& writer, const std::vector<ising::Observables>& all);

} // namespace blockspin::stages
