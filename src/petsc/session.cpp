#include "blockspin/petsc/session.hpp"

#include <petscsys.h>
#include <slepcsys.h>

#include "blockspin/petsc/blas.hpp"
#include "blockspin/petsc/check.hpp"
#include "error_text.hpp"

namespace blockspin::petsc {

Session::Session(const mpi::Communicator& comm, const std::string& options) {
  // PETSc's own way to be given a communicator: assigned before PetscInitialize
  // (PETSC_COMM_WORLD in its manual pages).
  PETSC_COMM_WORLD = comm.handle();
  BLOCKSPIN_PETSC(PetscOptionsSetValue(nullptr, "-no_signal_handler", "true"));
  if (!options.empty()) BLOCKSPIN_PETSC(PetscOptionsInsertString(nullptr, options.c_str()));
  BLOCKSPIN_PETSC(PetscInitialize(nullptr, nullptr, nullptr, nullptr));
  BLOCKSPIN_PETSC(SlepcInitialize(nullptr, nullptr, nullptr, nullptr));
  install_error_handler();
  use_one_blas_thread();
}

Session::~Session() {
  SlepcFinalize();
  PetscFinalize();
}

std::string petsc_version() {
  char text[256] = {};
  PetscGetVersion(text, sizeof text);
  return text;
}

std::string slepc_version() {
  char text[256] = {};
  SlepcGetVersion(text, sizeof text);
  return text;
}

} // namespace blockspin::petsc
