#pragma once
// Turning a failure that some ranks see into one that all ranks throw.

#include <optional>
#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Collective. Where `ok` is true on every rank, returns. Otherwise every rank throws the same agreed Error
/// with the kind, message and place of the lowest rank on which it is false.
void agree(const Communicator& comm, bool ok, ErrorKind kind, const std::string& message,
           const std::string& where = {});

/// The exception that is being handled as an Error: one of the file system is an ErrorKind::archive of its path, any
/// other foreign one an ErrorKind::internal. For use in a catch block. Local.
Error current_error();

/// Collective. Runs `action` on every rank, or (`root_only`) on rank 0; what any rank throws becomes the same agreed
/// Error on all. The action itself must make no collective calls, or make them on every path.
template <class Action>
void agreed(const Communicator& comm, Action&& action, bool root_only = false) {
  std::optional<Error> failure;
  if (!root_only || comm.is_root()) {
    try {
      action();
    } catch (...) {
      failure = current_error();
    }
  }
  agree(comm, !failure, failure ? failure->kind() : ErrorKind::internal,
        failure ? failure->message() : std::string(), failure ? failure->where() : std::string());
}

} // namespace blockspin::mpi
