#pragma once
// PETSc error codes into exceptions, and exceptions safely through PETSc's C callbacks.

#include <exception>

#include <petscsys.h>

namespace blockspin::petsc {

/// Throws an internal Error with the text PETSc recorded unless `code` is zero. Where a callback of ours
/// threw, the original exception is rethrown instead.
void check(PetscErrorCode code, const char* call);

/// Records the current exception and returns the code a callback must return to
/// PETSc; for use in catch (...).
PetscErrorCode record_exception() noexcept;

/// Runs the body of a C callback: exceptions are recorded and carried out by the next check().
template <class Body>
PetscErrorCode trampoline(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    return record_exception();
  }
}

} // namespace blockspin::petsc

#define BLOCKSPIN_PETSC(call) ::blockspin::petsc::check((call), #call)
