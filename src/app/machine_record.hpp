#pragma once
// What a run's record says of the machine: what results may depend on beside the deck.

#include <map>
#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::app {

/// kernels, processors, blas, library_petsc, library_slepc, environment: attributes of /provenance/run_<k>. Collective.
std::map<std::string, h5::Value> machine_values(const mpi::Communicator& comm);

/// Warns where the archive's last run was on processors of another kind, or with another BLAS: what changes then.
/// Collective.
void warn_of_another_machine(const archive::Archive& archive,
                             const std::map<std::string, h5::Value>& present);

} // namespace blockspin::app
