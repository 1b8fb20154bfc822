#pragma once
// How far spins are correlated, and how long a local update needs to forget.

#include <cstdint>

#include "blockspin/replica/ladder_setup.hpp"

namespace blockspin::replica {

/// A correlation length in sites, and at which of the setup's temperatures.
struct LongestCorrelation {
  double sites = 0;
  double temperature = 0;
};

/// The longest of all temperatures, limited by the shortest extent: exact in one and two dimensions, 0.5 |1 -
/// T_c/T|^-0.63 in three. Without a field; a field shortens it. Local.
LongestCorrelation longest_correlation(const LadderSetup& setup);

/// Sweeps below which a run of local updates cannot be told to be in equilibrium, whatever its time series
/// say: 20 xi^2.17 (Nightingale & Bloete, Phys. Rev. Lett. 76, 4548, 1996). 0 in a field, where it is not
/// known, and for 16 ladders or more, whose scatter tells. Local.
std::uint64_t least_trial(const LadderSetup& setup);

} // namespace blockspin::replica
