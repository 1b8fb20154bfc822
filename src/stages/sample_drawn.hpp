#pragma once
// Temperatures that need no Markov chain: 0 and infinity.

#include <cstdint>

#include "blockspin/lattice/geometry.hpp"
#include "blockspin/replica/kept.hpp"

namespace blockspin::stages {

/// Whether a temperature is sampled by a chain: it is neither 0 nor infinite.
bool is_simulated(double temperature);

/// What exact draws depend on.
struct DrawSetup {
  lattice::Geometry geometry;
  double field;
  std::uint64_t seed;
  std::uint64_t instance;
};

/// Configurations `range` of temperature 0 (a ground state; either with probability 1/2 without a field) or
/// infinity (independent spins). Local; configuration i is the same whoever draws it.
replica::KeptRows draw(const DrawSetup& setup, double temperature, mpi::Range range);

/// Some configurations of a temperature, each rank's in consecutive ranges: simulated ones, number `simulated`
/// among those temperatures, as `kept` holds them, and drawn ones elsewhere. Collective.
replica::KeptRows collect_or_draw(const mpi::Communicator& comm, const DrawSetup& setup, double temperature,
                                  const replica::KeptConfigurations* kept, std::size_t simulated,
                                  mpi::Range some);

} // namespace blockspin::stages
