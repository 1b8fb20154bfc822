#pragma once
// What a run would do with a deck, as `check` says it.

#include <span>
#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/campaign/runner.hpp"

namespace blockspin::app {

/// What `run --resume` would do with each stage, a line a section, or each key that it would refuse. Collective.
std::string outlook(const mpi::Communicator& comm, const campaign::Plan& plan,
                    const archive::Archive* archive);

/// What a run needs in all.
struct Needs {
  double memory_per_rank = 0; ///< bytes
  double archive_bytes = 0;
};
/// Of the stages that a run would not skip. Local.
Needs needs_of(const campaign::Plan& plan, std::span<const campaign::Decision> decisions, int n_ranks);
/// Throws an agreed ErrorKind::archive where the machines of the ranks, or the disk, have less than that. Collective.
void require_room(const mpi::Communicator& comm, const campaign::Plan& plan, const Needs& needs);
/// Warnings, or none: more memory than this machine has, where so many ranks share it, more room than the archive's
/// folder has. Local.
std::string shortage(const campaign::Plan& plan, const Needs& needs, int n_ranks,
                     const std::string& archive_path);

} // namespace blockspin::app
