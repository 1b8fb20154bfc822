#include "crash_guard.hpp"

#include <array>
#include <csignal>
#include <cstring>

#include <unistd.h>

#include "blockspin/base/error.hpp"

namespace blockspin::h5 {

namespace {

constexpr unsigned most_seconds = 30;
constexpr std::array signals{SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM};
std::array<struct sigaction, signals.size()> former;
int n_guards = 0;
/// Prepared beforehand: a signal handler may write and exit, and not much else.
char message[512];

void report_damage(int) {
  [[maybe_unused]] const auto n = write(STDERR_FILENO, message, std::strlen(message));
  _exit(exit_code(ErrorKind::archive));
}

} // namespace

CrashGuard::CrashGuard(const std::string& path) {
  if (++n_guards > 1) return;
  const std::string text =
      "blockspin: error: " + path + ": the file is damaged: HDF5 breaks down while reading it\n";
  std::strncpy(message, text.c_str(), sizeof message - 1);
  struct sigaction action {};
  action.sa_handler = report_damage;
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &former[i]);
  alarm(most_seconds);
}

CrashGuard::~CrashGuard() {
  if (--n_guards > 0) return;
  alarm(0);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &former[i], nullptr);
}

void CrashGuard::still_alive() {
  if (n_guards > 0) alarm(most_seconds);
}

} // namespace blockspin::h5
