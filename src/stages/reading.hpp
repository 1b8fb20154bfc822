#pragma once
// Energy and magnetisation of one packed configuration.

#include <cstdint>
#include <span>

#include "blockspin/lattice/geometry.hpp"
#include "blockspin/replica/ensemble.hpp"

namespace blockspin::stages {

/// Up spins of a packed configuration: bits that are 1. Local.
std::uint64_t n_up(std::span<const std::uint8_t> packed);
/// Counts up spins and antiparallel bonds, site by site. Local.
replica::Reading reading_of(const lattice::Geometry& geometry, std::span<const std::uint8_t> packed);
/// -sum over bonds s s', in J.
std::int64_t bond_energy(const lattice::Geometry& geometry, const replica::Reading& reading);
std::int64_t magnetization(const lattice::Geometry& geometry, const replica::Reading& reading);

} // namespace blockspin::stages
