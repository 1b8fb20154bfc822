#include "blockspin/lattice/halo.hpp"

#include <limits>

#include <petscsf.h>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/check.hpp"
#include "blockspin/petsc/handle.hpp"
#include "blockspin/petsc/star_forest.hpp"

namespace blockspin::lattice {

struct Halo::Forest {
  petsc::Handle<PetscSF, PetscSFDestroy> sf;
};

namespace {

PetscInt as_petsc(std::uint64_t n) {
  require(n <= static_cast<std::uint64_t>(std::numeric_limits<PetscInt>::max()),
          "too many words for PETSc's index");
  return static_cast<PetscInt>(n);
}

} // namespace

Halo::Halo(const mpi::Communicator& comm, std::uint64_t n_words, const std::vector<Link>& links)
    : forest_(std::make_unique<Forest>()) {
  std::vector<PetscInt> leaves;
  std::vector<PetscSFNode> roots;
  for (const Link& link : links) {
    leaves.push_back(as_petsc(link.word));
    roots.push_back({link.rank, as_petsc(link.remote_word)});
  }
  BLOCKSPIN_PETSC(PetscSFCreate(comm.handle(), forest_->sf.out()));
  BLOCKSPIN_PETSC(PetscSFSetGraph(forest_->sf, as_petsc(n_words), as_petsc(links.size()), leaves.data(),
                                  PETSC_COPY_VALUES, roots.data(), PETSC_COPY_VALUES));
  BLOCKSPIN_PETSC(PetscSFSetUp(forest_->sf));
}

Halo::~Halo() = default;
Halo::Halo(Halo&&) noexcept = default;
Halo& Halo::operator=(Halo&&) noexcept = default;

void Halo::begin(std::uint64_t* words) const { petsc::begin_broadcast(forest_->sf, words); }

void Halo::end(std::uint64_t* words) const { petsc::end_broadcast(forest_->sf, words); }

} // namespace blockspin::lattice
