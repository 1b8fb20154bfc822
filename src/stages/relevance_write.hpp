#pragma once
// How the normals that layers see stand in the archive.

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/rg/relevance.hpp"

namespace blockspin::stages {

/// n_configurations: those that were measured. Collective.
void write_relevance(archive::StageWriter& writer, const rg::Relevance& found, double temperature,
                     std::uint64_t n_configurations, int n_dimensions);

} // namespace blockspin::stages
