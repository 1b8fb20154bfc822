#pragma once
// Lattices updated spin by spin.

#include "blockspin/replica/ladder_setup.hpp"
#include "blockspin/replica/walker.hpp"

namespace blockspin::replica {

/// Walkers of ising::HalfRows with the setup's update, each from a random start.
WalkerFactory local_walkers(const LadderSetup& setup);

} // namespace blockspin::replica
