#pragma once
// MPI-IO calls that report their failures to the watchdog (together.hpp).

namespace blockspin::h5 {

/// Does nothing, but makes the program hold the calls of mpi_io.cpp, which stand in
/// front of the library's own.
void watch_mpi_io();

} // namespace blockspin::h5
