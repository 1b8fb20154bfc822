#pragma once
// What a run would do with a deck, as `check` says it.

#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/campaign/plan.hpp"

namespace blockspin::app {

/// What `run --resume` would do with each stage, a line a section, or each key that it would refuse. Local.
std::string outlook(const mpi::Communicator& comm, const campaign::Plan& plan,
                    const archive::Archive* archive);

/// What a run needs in all.
struct Needs {
  double memory_per_rank = 0; ///< bytes
  double archive_bytes = 0;
};
/// Warnings, or none: more memory than this machine has, more room than the archive's folder has. Local.
std::string shortage(const campaign::Plan& plan, const Needs& needs, int n_ranks,
                     const std::string& archive_path);

} // namespace blockspin::app
