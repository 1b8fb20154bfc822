#pragma once
// Spins of a whole lattice of any extents, a word for 64 sites of a row: what blocking works on and leaves.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/words.hpp"

namespace blockspin::ising {

/// A periodic lattice of one to three dimensions, sites row-major (the last axis fastest). Unlike
/// lattice::Geometry it may have sides of 1 and 2, which blocking ends in. A value, local.
class RowLattice {
public:
  /// Throws ErrorKind::internal unless there are 1 to 3 extents, each at least 1.
  explicit RowLattice(std::vector<std::uint64_t> extents);

  int n_dimensions() const { return static_cast<int>(extents_.size()); }
  const std::vector<std::uint64_t>& extents() const { return extents_; }
  std::uint64_t extent(int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  std::uint64_t n_sites() const { return n_sites_; }
  std::uint64_t row_length() const { return extents_.back(); }
  std::uint64_t n_rows() const { return n_sites_ / extents_.back(); }
  std::size_t words_per_row() const { return static_cast<std::size_t>((row_length() + 63) / 64); }
  std::size_t n_words() const { return n_rows() * words_per_row(); }
  /// The sites in the last word of a row.
  std::uint64_t last_mask() const { return ~std::uint64_t{0} >> (63 - (row_length() - 1) % 64); }
  bool operator==(const RowLattice&) const = default;

private:
  std::vector<std::uint64_t> extents_;
  std::uint64_t n_sites_ = 1;
};

/// Spins of a lattice: site x of a row is bit x % 64 of its word x / 64; 1 is up; bits beyond the row are 0.
/// Local.
class RowBits {
public:
  /// All down.
  explicit RowBits(RowLattice lattice);

  const RowLattice& lattice() const { return lattice_; }
  std::span<std::uint64_t> row(std::uint64_t row) {
    return words_.flat().subspan(row * lattice_.words_per_row(), lattice_.words_per_row());
  }
  std::span<const std::uint64_t> row(std::uint64_t row) const {
    return words_.flat().subspan(row * lattice_.words_per_row(), lattice_.words_per_row());
  }
  std::span<std::uint64_t> words() { return words_.flat(); }
  std::span<const std::uint64_t> words() const { return words_.flat(); }
  int spin(std::uint64_t site) const {
    const std::uint64_t x = site % lattice_.row_length();
    return row(site / lattice_.row_length())[x / 64] >> (x % 64) & 1 ? 1 : -1;
  }

  /// From and to a packed configuration (base/packed.hpp) of the same lattice; padding bits become 0.
  void unpack(std::span<const std::uint8_t> packed);
  void pack(std::span<std::uint8_t> packed) const;

private:
  RowLattice lattice_;
  Words words_;
};

} // namespace blockspin::ising
