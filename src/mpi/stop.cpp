#include "blockspin/mpi/stop.hpp"

#include <csignal>
#include <filesystem>
#include <limits>
#include <utility>

#include "blockspin/mpi/continued.hpp"

namespace blockspin::mpi {

namespace {

volatile std::sig_atomic_t received_signal = 0;

extern "C" void on_stop_signal(int number) { received_signal = number; }

constexpr int wall_time_code = 1000;
constexpr int stop_file_code = 1001;

std::string reason_text(int code) {
  switch (code) {
  case SIGTERM: return "SIGTERM";
  case SIGINT: return "SIGINT";
  case SIGUSR1: return "SIGUSR1";
  case SIGUSR2: return "SIGUSR2";
  case SIGHUP: return "SIGHUP";
  case SIGXCPU: return "SIGXCPU";
  case wall_time_code: return "wall time";
  case stop_file_code: return "file STOP";
  default: return "signal " + std::to_string(code);
  }
}

} // namespace

void install_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU}) sigaction(number, &action, nullptr);
  // Who starts a run by nohup wants it to outlive the terminal.
  struct sigaction before = {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  install_continue_signal();
  // A file that may grow no further is then an error of the write, which says so, and not the end.
  std::signal(SIGXFSZ, SIG_IGN);
}

void request_stop() { received_signal = SIGTERM; }

StopFlag::StopFlag(const Communicator& comm, double walltime_seconds, std::string stop_file)
    : comm_(comm), deadline_(walltime_seconds > 0 ? MPI_Wtime() + walltime_seconds
                                                  : std::numeric_limits<double>::infinity()),
      stop_file_(std::move(stop_file)) {}

int StopFlag::seen_here() const {
  int code = received_signal;
  if (code == 0 && comm_.is_root()) {
    if (MPI_Wtime() >= deadline_) code = wall_time_code;
    std::error_code ignored;
    if (!stop_file_.empty() && std::filesystem::exists(stop_file_, ignored)) code = stop_file_code;
  }
  return code;
}

void StopFlag::set_reason(int code) { reason_ = reason_text(code); }

std::string StopFlag::file_that_stands() const {
  return reason_ == reason_text(stop_file_code) ? stop_file_ : std::string();
}

bool StopFlag::stop_now() {
  const int code = comm_.max(seen_here());
  if (code != 0) set_reason(code);
  return code != 0;
}

} // namespace blockspin::mpi
