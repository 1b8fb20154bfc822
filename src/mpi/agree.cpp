#include "blockspin/mpi/agree.hpp"

namespace blockspin::mpi {

void agree(const Communicator& comm, bool ok, ErrorKind kind, const std::string& message,
           const std::string& where) {
  const int first_failing = comm.min(ok ? comm.size() : comm.rank());
  if (first_failing == comm.size()) return;
  int agreed_kind = static_cast<int>(kind);
  comm.broadcast(std::span<int>(&agreed_kind, 1), first_failing);
  Error error(static_cast<ErrorKind>(agreed_kind), comm.broadcast(message, first_failing),
              comm.broadcast(where, first_failing));
  error.set_agreed();
  throw error;
}

} // namespace blockspin::mpi
