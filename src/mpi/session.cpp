#include "blockspin/mpi/session.hpp"

#include <cstdlib>

namespace blockspin::mpi {

Session::Session() {
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  world_ = Communicator::duplicate(MPI_COMM_WORLD);
}

Session::~Session() {
  world_ = Communicator();
  MPI_Finalize();
}

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
