#pragma once
// The last line of a checkpoint's file: a hash of all bytes before it. HDF5, which reads a file up to the end that its
// own first bytes name, does not see it.

#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// Writes the line behind the file's last byte. Throws an agreed ErrorKind::archive. Collective.
void seal(const mpi::Communicator& comm, const std::string& path);

/// Whether the file ends in such a line, which older checkpoints do not. Throws an agreed ErrorKind::archive where the
/// bytes before it are not those that were sealed. Collective.
bool is_sealed(const mpi::Communicator& comm, const std::string& path);

} // namespace blockspin::archive
