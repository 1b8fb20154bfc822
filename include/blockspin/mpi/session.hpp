#pragma once
// MPI for the life of main(). Everything below main is passed a Communicator and never sees MPI_COMM_WORLD.

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Who says why a job ends.
enum class Speaker { all_ranks, this_rank, another_rank };

/// Initialises MPI (thread level FUNNELED) and finalises it. One per process; main owns it.
class Session {
public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A duplicate of MPI_COMM_WORLD with MPI_ERRORS_RETURN, so that library traffic cannot meet ours.
  const Communicator& world() const { return world_; }

  /// For a rank that fails, once; it waits for seconds. `all_ranks`: all come to this call, and can agree on failed().
  /// `this_rank`: it shall say why, and abort. `another_rank`: that one has, or ends before it could; silence, and abort
  /// where nobody else has within a minute. Of ranks that fail within seconds the lowest speaks, of others the first.
  Speaker speaker_of_failure() const;
  /// For ranks that have all failed: nobody else uses it.
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
