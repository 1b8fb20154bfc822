#pragma once
// A lattice, or one rank's block of it, with bits along the rows: the layout of the cluster updates.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/slab.hpp"
#include "blockspin/base/words.hpp"
#include "blockspin/ising/half_rows.hpp"
#include "blockspin/lattice/domain.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::ising {

/// The box of sites that one rank of a communicator holds, and which ranks hold the boxes next to it. Axes
/// beyond the lattice's dimension have count 1. The last axis is cut at multiples of 64 sites only.
struct RowBlock {
  lattice::Geometry geometry;
  lattice::Coordinates first{};
  lattice::Coordinates count{};
  std::array<int, lattice::max_dimensions> backward{}; ///< rank of the box behind, along each axis
  std::array<int, lattice::max_dimensions> forward{};

  /// The whole lattice on one rank.
  static RowBlock whole(const lattice::Geometry& geometry);
  /// This rank's box of a domain.
  static RowBlock of(const lattice::Domain& domain);

  int last_axis() const { return geometry.n_dimensions() - 1; }
  bool is_divided(int axis) const { return count[static_cast<std::size_t>(axis)] != geometry.extent(axis); }
  bool is_divided() const;
  std::uint64_t n_rows() const;
  std::uint64_t row_length() const { return count[static_cast<std::size_t>(last_axis())]; }
  std::size_t words_per_row() const { return static_cast<std::size_t>((row_length() + 63) / 64); }
  /// Mask of the sites in the last word of a row.
  std::uint64_t last_mask() const { return ~std::uint64_t{0} >> (63 - (row_length() - 1) % 64); }
  /// This block's words of the whole lattice in natural order: [leading extents ..., words a row].
  Slab slab() const;
  /// Row of the whole lattice that is this block's row.
  std::uint64_t global_row(std::uint64_t row) const;
  /// Row-major site of the whole lattice.
  std::uint64_t global_site(std::uint64_t row, std::uint64_t x) const {
    return global_row(row) * geometry.row_length() + first[static_cast<std::size_t>(last_axis())] + x;
  }
  /// Place of a row along an axis other than the last, within the block.
  std::uint64_t place(std::uint64_t row, int axis) const {
    return row / stride(axis) % count[static_cast<std::size_t>(axis)];
  }
  /// Rows between neighbours along an axis other than the last.
  std::uint64_t stride(int axis) const;
  /// The row one step forward, around the end of the block.
  std::uint64_t next_row(std::uint64_t row, int axis) const {
    return place(row, axis) + 1 < count[static_cast<std::size_t>(axis)]
               ? row + stride(axis)
               : row - (count[static_cast<std::size_t>(axis)] - 1) * stride(axis);
  }
};

/// Spins of a block: bit x % 64 of word x / 64 of a row; 1 is up; bits beyond the row
/// are 0. Local but for count().
class RowSpins {
public:
  /// All down.
  explicit RowSpins(RowBlock block);

  const RowBlock& block() const { return block_; }
  std::span<std::uint64_t> row(std::uint64_t row) {
    return words_.flat().subspan(row * words_per_row_, words_per_row_);
  }
  std::span<const std::uint64_t> row(std::uint64_t row) const {
    return words_.flat().subspan(row * words_per_row_, words_per_row_);
  }
  std::span<std::uint64_t> words() { return words_.flat(); }
  std::span<const std::uint64_t> words() const { return words_.flat(); }

  /// Every spin up or down with probability 1/2; the same for any division of the lattice.
  void randomise(const rng::Generator& generator, std::uint64_t sequence);
  /// Turns over every spin.
  void turn_over();
  /// Of this block; a bond belongs to its backward end. Collective where the block is divided (`comm` has a
  /// rank for every box).
  BoxCounts count(const mpi::Communicator& comm) const;
  /// Sets the bits of this block in a packed configuration of the whole lattice
  /// (base/packed.hpp) that starts as zeros.
  void pack(std::span<std::uint8_t> out) const;

private:
  RowBlock block_;
  std::size_t words_per_row_;
  Words words_;
};

/// Collective along a divided axis: sends `mine` to the rank behind and returns what the rank ahead sent; on
/// an undivided axis returns `mine`.
std::vector<std::uint64_t> from_ahead(const mpi::Communicator& comm, const RowBlock& block, int axis,
                                      std::span<const std::uint64_t> mine);

/// The spins of the low face: along the last axis bit 0 of every row, one word each; else the rows at place
/// 0, in order.
std::vector<std::uint64_t> low_face(const RowSpins& spins, int axis);

} // namespace blockspin::ising
