#include "blockspin/petsc/star_forest.hpp"

#include "blockspin/petsc/check.hpp"

namespace blockspin::petsc {

void begin_broadcast(PetscSF forest, std::uint64_t* words) {
  BLOCKSPIN_PETSC(PetscSFBcastBegin(forest, MPI_UINT64_T, words, words, MPI_REPLACE));
}

void end_broadcast(PetscSF forest, std::uint64_t* words) {
  BLOCKSPIN_PETSC(PetscSFBcastEnd(forest, MPI_UINT64_T, words, words, MPI_REPLACE));
}

} // namespace blockspin::petsc
