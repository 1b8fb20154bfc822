#include "together.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/time.h>
#include <unistd.h>

namespace blockspin::h5 {

namespace {

/// How long a collective call may take, on the slowest file system worth its name ...
constexpr double patience_seconds = 30.0;
constexpr double slowest_bytes_per_second = 1e7;
/// ... and once this rank knows of a failure. Where the others come out of their calls, the failure is agreed
/// and ends in order; where they cannot, nothing is gained by waiting.
constexpr double patience_after_failure_seconds = 3.0;
constexpr double usual_bytes_per_second = 1e8;
/// Of ranks that know the lowest speaks: the launcher ends the others before it is their turn.
constexpr double turn_seconds = 0.25;
constexpr int most_turns = 8;

/// Prepared beforehand: a signal handler may write and exit, and not much else.
char message[1024];

/// The watchdog of the call that this process is in.
Watchdog* current = nullptr;

void prepare_message(const mpi::Communicator& comm, const std::string& path, const char* reason) {
  std::snprintf(message, sizeof message, "[rank %d/%d] %s: %s\n", comm.rank(), comm.size(), path.c_str(),
                reason);
}

void bark(int) {
  [[maybe_unused]] const auto n = write(STDERR_FILENO, message, std::strlen(message));
  _exit(exit_code(ErrorKind::archive)); // the launcher ends the other ranks
}

/// Never, where 0.
void bark_after(double seconds) {
  itimerval timer{};
  timer.it_value = {static_cast<time_t>(seconds),
                    static_cast<suseconds_t>(1e6 * (seconds - std::floor(seconds)))};
  std::signal(SIGALRM, bark);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace

Watchdog::Watchdog(const mpi::Communicator& comm, std::uint64_t n_bytes, const std::string& path)
    : comm_(comm), n_bytes_(n_bytes), path_(path) {
  if (comm.size() == 1) return;
  current = this;
  if (!comm.is_root()) return;
  prepare_message(comm, path,
                  "a rank has failed inside a collective call on the file, or the file system hangs");
  bark_after(patience_seconds + static_cast<double>(n_bytes) / slowest_bytes_per_second);
}

void Watchdog::has_failed(const char* reason) {
  if (comm_.size() == 1 || failed_) return;
  failed_ = true;
  prepare_message(comm_, path_, reason);
  bark_after(patience_after_failure_seconds + static_cast<double>(n_bytes_) / usual_bytes_per_second +
             turn_seconds * std::min(comm_.rank(), most_turns));
}

void Watchdog::current_has_failed(const char* reason) {
  if (current != nullptr) current->has_failed(reason);
}

Watchdog::~Watchdog() {
  if (comm_.size() == 1) return;
  current = nullptr;
  bark_after(0.0);
}

} // namespace blockspin::h5
