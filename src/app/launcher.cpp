#include "launcher.hpp"

#include <csignal>
#include <cstdlib>
#include <initializer_list>

#include <sys/prctl.h>

namespace blockspin::app {

namespace {

/// The launchers' own variables: Open MPI, PMIx, MPICH and Intel MPI.
const char* launcher_variable() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"})
    if (const char* value = std::getenv(name)) return value;
  return nullptr;
}

} // namespace

bool has_launcher() { return launcher_variable() != nullptr; }

int launcher_rank() {
  const char* value = launcher_variable();
  return value == nullptr ? 0 : static_cast<int>(std::strtol(value, nullptr, 10));
}

void end_with_launcher() {
  // Without a launcher the parent is a shell, whose end (nohup, a closed terminal) must not end the run.
  if (has_launcher()) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

} // namespace blockspin::app
