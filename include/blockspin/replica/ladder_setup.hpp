#pragma once
// What an ensemble simulates.

#include <cstdint>
#include <vector>

#include "blockspin/ising/flip_table.hpp"
#include "blockspin/lattice/geometry.hpp"

namespace blockspin::replica {

struct LadderSetup {
  lattice::Geometry geometry;
  double field = 0;
  std::vector<double> temperatures; ///< finite, above 0, increasing
  std::uint64_t n_ladders = 1;
  ising::LocalUpdate update = ising::LocalUpdate::metropolis;
  bool exchange = true;
  std::uint64_t seed = 0;
  std::uint64_t instance = 0; ///< of the generator, rng::instance_number("sample.main")
};

/// Whether chains at this temperature start from a ground state rather than from random spins:
/// below the critical temperature (2.269 in two dimensions, 4.512 in three) a quench leaves stripes
/// that live for some L^3 sweeps.
bool starts_ordered(const LadderSetup& setup, double temperature);

} // namespace blockspin::replica
