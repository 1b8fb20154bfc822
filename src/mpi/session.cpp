#include "blockspin/mpi/session.hpp"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

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
  MPI_Request meeting = MPI_REQUEST_NULL;
  if (MPI_Ibarrier(failed_.handle(), &meeting) != MPI_SUCCESS) return false;
  int all = 0;
  for (const auto start = Clock::now(); std::chrono::duration<double>(Clock::now() - start).count() < seconds;
       std::this_thread::sleep_for(between_looks))
    if (MPI_Test(&meeting, &all, MPI_STATUS_IGNORE) != MPI_SUCCESS || all != 0) break;
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
