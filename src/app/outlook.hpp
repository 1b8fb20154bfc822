#pragma once
// What a run would do with a deck, as `check` says it.

#include <span>
#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/campaign/runner.hpp"

namespace blockspin::app {

/// What `run --resume` would do.
struct Outlook {
  std::string text;                          ///< a line a section, or each key that it would refuse
  std::vector<campaign::Decision> decisions; ///< none where it would refuse the deck
};
/// `archive` is null where there is none. Collective.
Outlook outlook(const mpi::Communicator& comm, const campaign::Plan& plan, const archive::Archive* archive);

/// What a run needs in all.
struct Needs {
  double memory_per_rank = 0; ///< bytes
  double archive_bytes = 0;   ///< of the groups it makes
  double copied_bytes = 0;    ///< of an archive that stands, where its file is copied with each of them
};
/// Of the stages that a run would not skip: of all where nothing is decided, as in a run that begins anew. Otherwise
/// `archive` is the one that it goes on with, or null. Local.
Needs needs_of(const campaign::Plan& plan, std::span<const campaign::Decision> decisions,
               const archive::Archive* archive, int n_ranks);
/// Throws an agreed ErrorKind::archive where the machines of the ranks, or the disk, have less than that. Collective.
void require_room(const mpi::Communicator& comm, const campaign::Plan& plan, const Needs& needs);
/// Warnings, or none: more memory than this machine has, where so many ranks share it, more room than the archive's
/// folder has. Local.
std::string shortage(const campaign::Plan& plan, const Needs& needs, int n_ranks,
                     const std::string& archive_path);

} // namespace blockspin::app
