#pragma once
// How a run ends that cannot go on.

#include <exception>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

/// Prints the current exception as this project's errors are printed, and returns the exit code. `comm` is
/// null where MPI does not run. Errors of the command line are the same on every rank. A failure that other
/// ranks do not know of ends the whole job here. For use in a catch block.
int report_failure(const mpi::Communicator* comm) noexcept;

} // namespace blockspin::app
