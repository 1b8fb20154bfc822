#pragma once
// Questions about checkpoints, for who continues none.

#include <string>

#include "blockspin/archive/listing.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// Whether there are files with the names of checkpoints of a group, by a listing of the archive's folder (of another
/// folder, by a look). Local.
bool has_checkpoints(const Listing& listing, const std::string& archive_path, const std::string& group);

/// Whether a checkpoint of a group, of any part, is whole. Reads them until one is. Throws an agreed ErrorKind::archive
/// where another version of the program wrote one. Collective.
bool has_whole_checkpoint(const mpi::Communicator& comm, const std::string& archive_path,
                          const std::string& group);

} // namespace blockspin::archive
