#pragma once
// What ranks share a machine.

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// How many ranks of `comm` share this rank's memory. Collective.
int n_ranks_on_node(const Communicator& comm);

} // namespace blockspin::mpi
