#pragma once
// Words copied along a star forest of PETSc.

#include <cstdint>

#include <petscsf.h>

namespace blockspin::petsc {

/// Copies the words of the roots to their leaves, roots and leaves in one buffer: starts to, and ends when
/// the leaves are there. In between neither of them may be touched. Collective.
void begin_broadcast(PetscSF forest, std::uint64_t* words);
void end_broadcast(PetscSF forest, std::uint64_t* words);

} // namespace blockspin::petsc
