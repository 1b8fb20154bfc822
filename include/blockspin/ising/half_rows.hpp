#pragma once
// One large lattice, or a rank's box of it, bit-parallel along its rows.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "blockspin/base/slab.hpp"
#include "blockspin/base/words.hpp"
#include "blockspin/ising/flip_rule.hpp"
#include "blockspin/lattice/domain.hpp"
#include "blockspin/rng/generator.hpp"
#include "blockspin/rng/instruction_set.hpp"

namespace blockspin::ising {

/// Where everything is in the buffer of a box, and who its neighbours are; shared by all lattices on the same
/// domain. Construction is collective over the domain's communicator, which must outlive the object.
class HalfRowGeometry {
public:
  HalfRowGeometry(const mpi::Communicator& comm, const lattice::Domain& domain);
  ~HalfRowGeometry();
  HalfRowGeometry(HalfRowGeometry&&) noexcept;

  const lattice::Domain& domain() const;
  const mpi::Communicator& comm() const;
  /// Rows of this rank's box and 64-bit words a row in natural order; shape of the box in words for slabs.
  std::uint64_t n_rows() const;
  std::uint64_t words_per_row() const;
  /// This rank's words of the whole lattice in natural order: [leading extents ..., words a row].
  Slab slab() const;
  /// Number of a row of the box in the whole lattice.
  std::uint64_t global_row(std::uint64_t row) const;

  struct Tables;
  const Tables& tables() const { return *tables_; }

private:
  std::unique_ptr<Tables> tables_;
};

/// Antiparallel bonds and up spins.
struct BoxCounts {
  std::uint64_t antiparallel = 0;
  std::uint64_t up = 0;
};

/// Spins of a box. `walker` is the lattice's place among all of a simulation: it addresses random numbers.
/// Results depend neither on the instruction set nor on the division into boxes. Members that say so are
/// collective over the domain's communicator.
class HalfRows {
public:
  /// All spins down. The geometry must outlive the lattice. walker < 2^24. Local.
  HalfRows(const HalfRowGeometry& geometry, std::uint64_t walker,
           rng::InstructionSet set = rng::best_instruction_set());

  /// Every spin up or down with probability 1/2, from the generator's sequence `walker`. Local.
  void randomise(const rng::Generator& generator);
  /// Every spin alike. Local.
  void fill(bool up);
  /// Turns over every spin. Local.
  void turn_over();
  /// Updates every site once, colour by colour (lattice::Geometry::colour); collective.
  void sweep(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep);
  /// Of this box; a bond belongs to its backward end. Collective.
  BoxCounts count();

  /// Natural order, bit x % 64 of word x / 64 of a row, [row][words_per_row]; bits beyond a row are 0. As
  /// many rows from `first_row` on as the span holds. Local.
  void copy_to(std::span<std::uint64_t> natural, std::uint64_t first_row = 0) const;
  void copy_from(std::span<const std::uint64_t> natural, std::uint64_t first_row = 0);
  /// Sets the bits of this box in a packed configuration of the whole lattice (base/packed.hpp) that starts
  /// as zeros. Local.
  void pack(std::span<std::uint8_t> out) const;

private:
  void copy_row(std::uint64_t row, std::span<std::uint64_t> natural) const;
  void wrap_all();
  void exchange_begin();
  void exchange_end();

  const HalfRowGeometry* geometry_;
  std::uint64_t walker_;
  rng::InstructionSet set_;
  Words buffer_;
};

} // namespace blockspin::ising
