#pragma once
// Collective calls of HDF5, which may fail on one rank alone and leave the others waiting inside the library.

#include <string>

#include "blockspin/mpi/agree.hpp"

namespace blockspin::h5 {

/// Ends the whole job with one message and the exit code of files unless it is
/// destroyed in time. One at a time.
/// HDF5 and MPI-IO do not carry a rank's failing write to the others: those stay in the next collective call
/// for ever, and the rank itself goes on into another one and waits there. Room on the disk is asked for
/// beforehand (room.hpp), so what is left are failing disks and servers. A rank that knows of a failure,
/// because its call has returned one or its MPI-IO reports one (mpi_io.cpp), ends the job after a few
/// seconds; the root ends it after half a minute where nobody knows of any.
class Watchdog {
public:
  /// `n_bytes`: what the call moves, on all ranks; it makes the waits longer.
  Watchdog(const mpi::Communicator& comm, std::uint64_t n_bytes, const std::string& path);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Local: this rank's part has failed; what is waited for now is that the others come out of theirs.
  void has_failed(const char* reason);
  /// The same for the watchdog of the call this process is in, if any.
  static void current_has_failed(const char* reason);

private:
  const mpi::Communicator& comm_;
  std::uint64_t n_bytes_;
  const std::string& path_;
  bool failed_ = false;
};

/// Collective. Runs `action`, which makes collective HDF5 calls on the file `path`, on every rank; an Error
/// thrown by any becomes the same agreed Error on all. `n_bytes` are those moved by all ranks.
template <class Action>
void together(const mpi::Communicator& comm, const std::string& path, std::uint64_t n_bytes,
              Action&& action) {
  comm.barrier(); // only the call is timed, not how late other ranks come to it
  Watchdog watchdog(comm, n_bytes, path);
  mpi::agreed(comm, [&] {
    try {
      action();
    } catch (const Error& error) {
      watchdog.has_failed(error.message().c_str());
      throw;
    }
  });
}

} // namespace blockspin::h5
