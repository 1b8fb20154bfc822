#pragma once
// Turning a failure that some ranks see into one that all ranks throw.

#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Collective. Where `ok` is true on every rank, returns. Otherwise every rank throws the same agreed Error
/// with the kind, message and place of the lowest rank on which it is false.
void agree(const Communicator& comm, bool ok, ErrorKind kind, const std::string& message,
           const std::string& where = {});

/// Collective. Runs `action` on every rank, or (`root_only`) on rank 0; an Error thrown by any rank becomes
/// the same agreed Error on all. The action itself must make no collective calls, or make them on every path.
template <class Action>
void agreed(const Communicator& comm, Action&& action, bool root_only = false) {
  bool ok = true;
  ErrorKind kind = ErrorKind::internal;
  std::string message, where;
  if (!root_only || comm.is_root()) {
    try {
      action();
    } catch (const Error& error) {
      ok = false;
      kind = error.kind();
      message = error.message();
      where = error.where();
    }
  }
  agree(comm, ok, kind, message, where);
}

} // namespace blockspin::mpi
