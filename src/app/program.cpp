#include "blockspin/app/program.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "blockspin/app/command.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/mpi/session.hpp"
#include "blockspin/mpi/stop.hpp"
#include "blockspin/petsc/session.hpp"
#include "blockspin/rbm/product.hpp"
#include "failure.hpp"
#include "launcher.hpp"

namespace blockspin::app {

namespace {

/// Throws where standard output could not take what was written to it: a full disk, a closed pipe. Collective over
/// `comm`, or local without one.
void require_printed(const mpi::Communicator* comm) {
  errno = 0;
  const bool ok = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  const std::string what = std::string("standard output cannot be written") +
                           (errno != 0 ? std::string(": ") + std::strerror(errno) : std::string());
  if (comm != nullptr) return mpi::agree(*comm, ok, ErrorKind::internal, what, "");
  if (!ok) throw Error(ErrorKind::internal, what);
}

} // namespace

int run_program(int argc, char** argv, std::span<const campaign::Kind> kinds) {
  // 1. Tie this process to its launcher's life, first of all: a rank whose mpirun
  // was killed must not live on.
  end_with_launcher();
  mpi::install_stop_signals(); // a signal may come while MPI starts

  // The sessions stand outside the try block: an agreed failure is reported while they
  // live, and ends them in order.
  std::optional<mpi::Session> mpi;
  std::optional<petsc::Session> petsc;
  try {
    // 2. Read the command line before MPI starts: a typo, --help and --version need no ranks.
    // MPI and PETSc never see our arguments: two parsers on one command line let typos pass.
    Invocation invocation = read_command_line({argv + 1, argv + argc});
    invocation.kinds = kinds;
    if (invocation.command->alone != nullptr) {
      const int code = launcher_rank() == 0 ? invocation.command->alone(invocation) : 0;
      require_printed(nullptr);
      return code;
    }

    // 3. MPI. From here on only the root speaks.
    mpi.emplace();
    log::set_root(mpi->world().is_root());

    // 4. Signals, after MPI, whose library installs handlers of its own: from here on a
    // signal asks for a safe stop.
    mpi::install_stop_signals();

    // 5. PETSc and SLEPc, on our communicator, with the one string of options the command line may give.
    petsc.emplace(mpi->world(), invocation.petsc_options);

    // 6. Ranks on nodes of several kinds compute alike.
    rbm::agree_on_kernels(mpi->world());

    // 7. The command. Its exit code is the same on every rank. What it printed must have arrived.
    const int code = invocation.command->together(invocation, mpi->world());
    require_printed(&mpi->world());
    return code;
  } catch (...) {
    // What was wrong before MPI started is wrong on every rank. Under a launcher the ranks meet all the same:
    // an early exit of one would end the job before the root has spoken.
    if (!mpi && has_launcher()) mpi.emplace();
    // 8. The one catch: what all ranks know is printed once and ends in order; what
    // one rank knows ends the job.
    return report_failure(mpi ? &*mpi : nullptr);
  }
}

} // namespace blockspin::app
