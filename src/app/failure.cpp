#include "failure.hpp"

#include <cstdio>

#include "blockspin/base/log.hpp"
#include "blockspin/base/printable.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/mpi/session.hpp"

namespace blockspin::app {

namespace {

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorKind::internal, "out of memory"};
  } catch (const std::exception& other) {
    return {ErrorKind::internal, other.what()};
  } catch (...) {
    return {ErrorKind::internal, "an exception of unknown type"};
  }
}

/// One line a problem. A stop is no error: it says how to go on.
void print_once(const Error& error) {
  if (error.kind() == ErrorKind::stopped) return log::info(error.what());
  log::finish_line();
  for (const std::string& line : split(error.what(), '\n'))
    std::fprintf(stderr, "blockspin: error: %s\n", printable(line).c_str());
}

} // namespace

int report_failure(const mpi::Communicator* comm) noexcept {
  const Error error = current_error();
  const bool together =
      comm == nullptr || comm->size() == 1 || error.agreed() || error.kind() == ErrorKind::usage;
  if (together) {
    if (comm == nullptr || comm->is_root()) print_once(error);
    return error.exit_code();
  }
  std::fprintf(stderr, "[rank %d/%d] %s\n", comm->rank(), comm->size(), printable(error.what()).c_str());
  mpi::abort(error.exit_code());
}

} // namespace blockspin::app
