#include "blockspin/mpi/session.hpp"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "failure_notices.hpp"

namespace blockspin::mpi {

namespace {

std::optional<int> code_without_finalizing;

/// One of Open MPI's components for shared file pointers (4.1: lockedfile), which nobody here uses, writes
/// the path of each file that is opened into 256 bytes and crashes on a longer one, chosen or not. Left out
/// unless the user names components. Other MPI libraries do not read the variable.
void leave_out_lockedfile() { setenv("OMPI_MCA_sharedfp", "^lockedfile", 0); }

/// Seconds for all ranks to fail. Whoever leaves the word to another rank is ended by it meanwhile, unless it has died.
double patience_with(const FailureNotices& notices) {
  constexpr double for_all = 2.0, for_another = 60.0;
  return notices.of_speech() || notices.from_lower() ? for_another : for_all;
}

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

Speaker Session::speaker_of_failure() const {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds between_looks(2);
  FailureNotices notices(failed_);
  notices.send_failure();
  // The clock comes before the look: a rank that gets no processor for so long may still find that all are there.
  for (const auto start = Clock::now();; std::this_thread::sleep_for(between_looks)) {
    const std::chrono::duration<double> waited = Clock::now() - start;
    notices.receive();
    if (notices.from_all()) return Speaker::all_ranks;
    if (waited.count() >= patience_with(notices)) break;
  }
  if (notices.of_speech()) return Speaker::another_rank;
  notices.send_speech();
  return Speaker::this_rank;
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
