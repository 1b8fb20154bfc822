#pragma once
// The story of a run, from the command line to the exit code.

#include <span>

#include "blockspin/campaign/kind.hpp"

namespace blockspin::app {

/// The whole program, for the kinds of stages it is given. Starts and ends MPI; the exit
/// code is the same on every rank.
int run_program(int argc, char** argv, std::span<const campaign::Kind> kinds);

} // namespace blockspin::app
