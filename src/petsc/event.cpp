#include "blockspin/petsc/event.hpp"

#include <petsclog.h>

#include "blockspin/petsc/check.hpp"

namespace blockspin::petsc {

Timing::Timing() {
  PetscBool active = PETSC_FALSE;
  BLOCKSPIN_PETSC(PetscLogIsActive(&active));
  if (active == PETSC_TRUE) return;
  BLOCKSPIN_PETSC(PetscLogDefaultBegin());
  started_ = true;
}

Timing::~Timing() {
  if (started_) PetscLogSet(nullptr, nullptr); // no events are open: none outlives the scope of its work
}

bool Events::ready() {
  PetscBool active = PETSC_FALSE;
  if (PetscLogIsActive(&active) != 0 || active == PETSC_FALSE) return false;
  if (!ids_.empty()) return true;
  PetscClassId owner = 0;
  BLOCKSPIN_PETSC(PetscClassIdRegister("blockspin", &owner));
  for (const std::string& name : names_) {
    PetscLogEvent id = 0;
    BLOCKSPIN_PETSC(PetscLogEventRegister(name.c_str(), owner, &id));
    ids_.push_back(id);
  }
  return true;
}

bool Events::begin(std::size_t event) {
  if (!ready()) return false;
  BLOCKSPIN_PETSC(PetscLogEventBegin(ids_[event], nullptr, nullptr, nullptr, nullptr));
  return true;
}

void Events::end(std::size_t event) { PetscLogEventEnd(ids_[event], nullptr, nullptr, nullptr, nullptr); }

double Events::seconds(std::size_t event) {
  if (!ready()) return 0.0;
  PetscEventPerfInfo info{};
  BLOCKSPIN_PETSC(PetscLogEventGetPerfInfo(PETSC_DETERMINE, ids_[event], &info));
  return info.time;
}

} // namespace blockspin::petsc
