#include "together.hpp"

#include <csignal>
#include <cstring>

#include <unistd.h>

namespace blockspin::h5 {

namespace {

constexpr unsigned patience_seconds = 30;
constexpr std::uint64_t slowest_bytes_per_second = 10'000'000;

/// Prepared beforehand: a signal handler may write and exit, and not much else.
char message[512];

void bark(int) {
  [[maybe_unused]] const auto n = write(STDERR_FILENO, message, std::strlen(message));
  _exit(static_cast<int>(ErrorKind::archive)); // the launcher ends the other ranks
}

} // namespace

unsigned patience_for(std::uint64_t n_bytes) {
  return patience_seconds + static_cast<unsigned>(n_bytes / slowest_bytes_per_second);
}

Watchdog::Watchdog(const mpi::Communicator& comm, unsigned seconds, const std::string& path)
    : armed_(comm.is_root() && comm.size() > 1) {
  if (!armed_) return;
  const std::string text =
      "[rank 0/" + std::to_string(comm.size()) + "] " + path +
      ": a rank has failed inside a collective call on the file, or the file system hangs (" +
      std::to_string(seconds) + " s)\n";
  std::strncpy(message, text.c_str(), sizeof message - 1);
  std::signal(SIGALRM, bark);
  alarm(seconds);
}

Watchdog::~Watchdog() {
  if (armed_) alarm(0);
}

} // namespace blockspin::h5
