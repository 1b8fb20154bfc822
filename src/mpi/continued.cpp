#include "blockspin/mpi/continued.hpp"

#include <csignal>

namespace blockspin::mpi {

namespace {

volatile std::sig_atomic_t count = 0;

extern "C" void on_continue_signal(int) { count = count + 1; }

} // namespace

void install_continue_signal() {
  struct sigaction action = {};
  action.sa_handler = on_continue_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGCONT, &action, nullptr);
}

int n_continued() { return count; }

} // namespace blockspin::mpi
