#pragma once
// MPI for the life of main(). Everything below main is passed a Communicator and never sees MPI_COMM_WORLD.

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Initialises MPI (thread level FUNNELED) and finalises it. One per process; main owns it.
class Session {
public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A duplicate of MPI_COMM_WORLD with MPI_ERRORS_RETURN, so that library traffic cannot meet ours.
  const Communicator& world() const { return world_; }

  /// Whether every rank comes to this call, each waiting for so many seconds; and longer, for its own end, if another rank
  /// has ended the job in the meantime. To be called once, by a rank that fails.
  bool all_ranks_fail(double seconds) const;
  /// For ranks that have all failed: nobody else has used it, and no message of before is under way on it.
  const Communicator& failed() const { return failed_; }

private:
  Communicator world_;
  Communicator failed_;
};

/// Makes the Session end by MPI_Abort with this exit code, once every rank has come to its end:
/// for a failure that all ranks know of and after which MPI_Finalize, where libraries clean up,
/// would crash. Call on every rank.
void end_without_finalizing(int exit_code);

/// Ends the whole job at once, for a failure that other ranks do not know of. Does not return.
[[noreturn]] void abort(int exit_code);

/// "Open MPI v4.1.4 ...": the MPI library's own words. Callable at any time.
std::string library_version();

} // namespace blockspin::mpi
