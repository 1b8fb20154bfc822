#include "blockspin/mpi/session.hpp"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "stop_signals.hpp"

namespace blockspin::mpi {

namespace {

std::optional<int> code_without_finalizing;

/// One of Open MPI's components for shared file pointers (4.1: lockedfile), which nobody here uses, writes
/// the path of each file that is opened into 256 bytes and crashes on a longer one, chosen or not. Left out
/// unless the user names components. Other MPI libraries do not read the variable.
void leave_out_lockedfile() { setenv("OMPI_MCA_sharedfp", "^lockedfile", 0); }

} // namespace

Session::Session() {
  leave_out_lockedfile();
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  world_ = Communicator::duplicate(MPI_COMM_WORLD);
  failed_ = Communicator::duplicate(MPI_COMM_WORLD);
}

Session::~Session() {
  world_ = Communicator();
  failed_ = Communicator();
  if (code_without_finalizing) {
    MPI_Barrier(MPI_COMM_WORLD); // the root has spoken by now
    abort(*code_without_finalizing);
  }
  MPI_Finalize();
}

bool Session::all_ranks_fail(double seconds) const {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds between_looks(2);
  constexpr double seconds_to_be_killed = 30.0; // mpirun waits for some of them, between SIGTERM and SIGKILL
  forget_signals();
  MPI_Request meeting = MPI_REQUEST_NULL;
  if (MPI_Ibarrier(failed_.handle(), &meeting) != MPI_SUCCESS) return false;
  int all = 0;
  // The clock comes after the look: a rank that gets no processor for so long may still find that all are there.
  for (const auto start = Clock::now();;) {
    if (MPI_Test(&meeting, &all, MPI_STATUS_IGNORE) != MPI_SUCCESS || all != 0) break;
    const double patience = seconds + (end_is_under_way() ? seconds_to_be_killed : 0.0);
    if (std::chrono::duration<double>(Clock::now() - start).count() >= patience) break;
    std::this_thread::sleep_for(between_looks);
  }
  return all != 0;
}

void end_without_finalizing(int exit_code) { code_without_finalizing = exit_code; }

void abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();
}

std::string library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string line(text, static_cast<std::size_t>(length));
  return line.substr(0, line.find_first_of(",\n"));
}

} // namespace blockspin::mpi
