#pragma once
// Copies of words that other ranks own, kept fresh by a PETSc star forest.

#include <cstdint>
#include <memory>
#include <vector>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::lattice {

/// One word of ours is a copy of a word of another rank (or of our own).
struct Link {
  std::uint64_t word;
  int rank;
  std::uint64_t remote_word;
};

/// Works on any buffer of the length it was made for. Construction and destruction are
/// collective (PETSc objects).
class Halo {
public:
  Halo(const mpi::Communicator& comm, std::uint64_t n_words, const std::vector<Link>& links);
  ~Halo();
  Halo(Halo&&) noexcept;
  Halo& operator=(Halo&&) noexcept;

  /// Collective: starts, then finishes filling the copies. In between neither the copies nor the words that
  /// others copy may be touched.
  void begin(std::uint64_t* words) const;
  void end(std::uint64_t* words) const;

private:
  struct Forest;
  std::unique_ptr<Forest> forest_;
};

} // namespace blockspin::lattice
