#pragma once
// Ownership of PETSc and SLEPc objects.

#include <utility>

#include <petscsys.h>

namespace blockspin::petsc {

/// Owns one PETSc object; Destroy is its destroy function. Move only. Objects on PETSC_COMM_SELF
/// are destroyed locally; PETSc's destroy functions of distributed objects are collective only
/// where they free a communicator.
template <class Object, PetscErrorCode (*Destroy)(Object*)>
class Handle {
public:
  Handle() = default;
  ~Handle() {
    if (object_ != nullptr) Destroy(&object_);
  }
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator Object() const { return object_; }
  /// For PETSc's create functions.
  Object* out() { return &object_; }

private:
  Object object_ = nullptr;
};

} // namespace blockspin::petsc
