#pragma once
// The communicator of all ranks of a test program linked with the MPI-aware main.

#include "blockspin/mpi/communicator.hpp"

const blockspin::mpi::Communicator& test_world();
