#include "error_text.hpp"

#include <utility>

#include <petscsys.h>

namespace blockspin::petsc {

namespace {

std::string recorded;

PetscErrorCode record(MPI_Comm, int line, const char* function, const char* file, PetscErrorCode code,
                      PetscErrorType type, const char* message, void*) {
  if (type == PETSC_ERROR_INITIAL)
    recorded = std::string(message != nullptr ? message : "?") + " (" + function + ", " + file + ":" +
               std::to_string(line) + ")";
  return code;
}

} // namespace

void install_error_handler() { PetscPushErrorHandler(record, nullptr); }

std::string take_error_text() { return std::exchange(recorded, std::string()); }

} // namespace blockspin::petsc
