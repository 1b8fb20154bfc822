#include "failure.hpp"

#include <cstdio>

#include "blockspin/base/log.hpp"
#include "blockspin/base/printable.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::app {

namespace {

/// One line a problem. A stop is no error: it says how to go on.
void print_once(const Error& error) {
  if (error.kind() == ErrorKind::stopped) return log::info(error.what());
  log::finish_line();
  for (const std::string& line : split(error.what(), '\n'))
    std::fprintf(stderr, "blockspin: error: %s\n", printable(line).c_str());
}

/// The error of the lowest rank that says more than that something is broken. Collective.
Error common_error(const mpi::Communicator& comm, const Error& mine) {
  try {
    const bool says_little = mine.kind() == ErrorKind::internal;
    const int speaker = comm.min(says_little ? comm.size() + comm.rank() : comm.rank()) % comm.size();
    mpi::agree(comm, comm.rank() != speaker, mine.kind(), mine.message(), mine.where());
  } catch (const Error& error) {
    return error;
  }
  return mine;
}

int print_agreed(const mpi::Communicator* comm, const Error& error) {
  if (comm == nullptr || comm->is_root()) print_once(error);
  return error.exit_code();
}

} // namespace

int report_failure(const mpi::Session* session) noexcept {
  const Error error = mpi::current_error();
  const mpi::Communicator* const comm = session != nullptr ? &session->world() : nullptr;
  if (comm == nullptr || comm->size() == 1 || error.agreed() || error.kind() == ErrorKind::usage)
    return print_agreed(comm, error);
  const mpi::Speaker speaker = session->speaker_of_failure();
  if (speaker == mpi::Speaker::all_ranks) return print_agreed(comm, common_error(session->failed(), error));
  if (speaker == mpi::Speaker::this_rank)
    std::fprintf(stderr, "[rank %d/%d] %s\n", comm->rank(), comm->size(), printable(error.what()).c_str());
  mpi::abort(error.exit_code());
}

} // namespace blockspin::app
