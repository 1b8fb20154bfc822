#pragma once
// How a run ends that cannot go on.

#include <exception>

#include "blockspin/mpi/session.hpp"

namespace blockspin::app {

/// Prints the current exception as this project's errors are printed, and returns the exit code. `session` is
/// null where MPI does not run. Errors of the command line are the same on every rank. Where all ranks fail,
/// without having agreed on it, they agree here, and the root speaks for them. A failure of some ranks alone
/// ends the whole job here. For use in a catch block.
int report_failure(const mpi::Session* session) noexcept;

} // namespace blockspin::app
