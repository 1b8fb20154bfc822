#pragma once
// Blocking by a filter: each block spin is drawn from its probability given the spins in a window around it.
// The same filter stands at every block (Chung & Kao, arXiv:2010.05703).

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/row_bits.hpp"

namespace blockspin::ising {

/// The machine E(v, h) = - sum_j h_j sum_d W_d v_(j,d) - b sum_i v_i - c sum_j h_j: every hidden spin h_j has the
/// same weights W to the spins v_(j,d) of its window. h_j belongs to block j of stride^n_dimensions sites.
struct BlockFilter {
  int n_dimensions = 2;
  unsigned side = 2;          ///< of the window, in sites
  unsigned stride = 2;        ///< of the blocks
  std::vector<float> weights; ///< W, row major [side ...], side^n_dimensions of them
  float visible_bias = 0;     ///< b
  float hidden_bias = 0;      ///< c

  bool operator==(const BlockFilter&) const = default;
};

/// The same machine with h in place of -h where the weights sum to less than 0: up stands for up. Local.
BlockFilter oriented(BlockFilter filter);
/// Whether the windows fit: no side of the lattice is shorter than the filter's, and the stride divides each. Local.
bool fits(const RowLattice& lattice, unsigned side, unsigned stride);

/// Where the windows stand on a periodic lattice: around their blocks, (side - stride) / 2 sites before and the rest
/// behind along each axis; a filter that is smaller than a block begins with it. Local.
class FilterWindows {
public:
  /// Throws ErrorKind::internal unless fits().
  FilterWindows(const RowLattice& fine, unsigned side, unsigned stride);

  const RowLattice& fine() const { return fine_; }
  const RowLattice& coarse() const { return coarse_; }
  unsigned side() const { return side_; }
  /// Sites of a window.
  std::size_t n_places() const { return n_places_; }
  /// Where the window of the block with this coordinate begins along an axis.
  std::uint64_t start(int axis, std::uint64_t block) const;
  /// The site at place `place` (row major) of a block's window.
  std::uint64_t site(std::uint64_t block, std::size_t place) const;

private:
  RowLattice fine_, coarse_;
  unsigned side_, stride_;
  std::size_t n_places_ = 1;
};

/// One step of blocking by a filter. Local.
class FilterBlocking {
public:
  /// Throws ErrorKind::internal unless the filter has the lattice's dimension and fits().
  FilterBlocking(const RowLattice& fine, const BlockFilter& filter);

  const RowLattice& coarse() const { return windows_.coarse(); }
  /// c + sum_d W_d v_(j,d) of a block, in double.
  double field(const RowBits& spins, std::uint64_t block) const;
  /// random: a word a block; block j is up where its top 53 bits, as a number in [0, 1), are below
  /// p(h_j = 1 | v) = 1 / (1 + exp(-2 field)).
  void apply(const RowBits& spins, std::span<const std::uint64_t> random, RowBits& out) const;

private:
  FilterWindows windows_;
  double bias_;
  std::size_t n_pieces_;       ///< of a window's row, of at most 8 sites each
  std::vector<double> tables_; ///< [row of the window][piece][bits of its spins]: their part of the field
};

} // namespace blockspin::ising
