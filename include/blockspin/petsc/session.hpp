#pragma once
// PETSc and SLEPc for the life of main(), after MPI.

#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::petsc {

/// Initialises PETSc and SLEPc on an initialised MPI and finalises them. Collective. PETSc's
/// own signal handler is off. `options` is one string in PETSc's syntax ("-log_view -info"),
/// the only way options get in. BLAS is kept to one thread.
class Session {
public:
  Session(const mpi::Communicator& comm, const std::string& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

/// Name and version of PETSc and SLEPc.
std::string petsc_version();
std::string slepc_version();

} // namespace blockspin::petsc
