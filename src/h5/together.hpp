#pragma once
// Collective calls of HDF5, which may fail on one rank alone and leave the others waiting inside the library.

#include <string>

#include "blockspin/mpi/agree.hpp"

namespace blockspin::h5 {

/// Ends the whole job with one message and the exit code of files unless it is destroyed in time. Armed on
/// the root.
///
/// HDF5 and MPI-IO do not carry a rank's failing write to the others: those stay in the next collective call
/// for ever. Room on the disk is asked for beforehand (room.hpp), so what is left are failing disks and
/// servers.
class Watchdog {
public:
  Watchdog(const mpi::Communicator& comm, unsigned seconds, const std::string& path);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

private:
  bool armed_;
};

/// Seconds that a collective call may take which moves so many bytes, on the slowest file system worth its
/// name.
unsigned patience_for(std::uint64_t n_bytes);

/// Collective. Runs `action`, which makes collective HDF5 calls on the file `path`, on every rank; an Error
/// thrown by any becomes the same agreed Error on all. `n_bytes` are those moved by all ranks.
template <class Action>
void together(const mpi::Communicator& comm, const std::string& path, std::uint64_t n_bytes,
              Action&& action) {
  comm.barrier(); // only the call is timed, not how late other ranks come to it
  const Watchdog watchdog(comm, patience_for(n_bytes), path);
  mpi::agreed(comm, action);
}

} // namespace blockspin::h5
