#pragma once
// The files that a campaign writes itself.

#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// Whether a file is the archive of that name, one of its segments, or one of its checkpoints, whatever links lead
/// to it. Neither need exist. Collective: the root looks.
bool is_of_archive(const mpi::Communicator& comm, const std::string& file, const std::string& archive_path);

} // namespace blockspin::archive
