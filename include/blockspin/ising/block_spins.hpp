#pragma once
// Block spins of packed configurations, 64 blocks at a time, level after level.

#include <cstdint>
#include <vector>

#include "blockspin/ising/block_filter.hpp"
#include "blockspin/ising/row_bits.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::ising {

enum class BlockRule {
  majority,   ///< the sign of the block's sum; a tie is up or down with probability 1/2
  decimation, ///< the block's first spin
  filter,     ///< drawn given the spins in a window around the block (block_filter.hpp)
};

/// One step: every b x b (x b) block of a lattice becomes one spin. Local.
class Blocking {
public:
  /// factor: b, 2 or 3. Throws ErrorKind::internal unless it divides every extent, and for BlockRule::filter.
  Blocking(const RowLattice& fine, BlockRule rule, unsigned factor);

  const RowLattice& fine() const { return fine_; }
  const RowLattice& coarse() const { return coarse_; }
  /// Whether blocks can tie, so that apply() looks at random bits.
  bool has_ties() const;
  /// ties: a word for each word of `out`; the block of bit x is up in a tie where bit x is 1.
  void apply(const RowBits& spins, std::span<const std::uint64_t> ties, RowBits& out) const;

private:
  RowLattice fine_, coarse_;
  BlockRule rule_;
  unsigned factor_;
  std::vector<std::uint64_t> first_words_; ///< [coarse row]: where the first fine row of its blocks begins
  std::vector<std::uint64_t> rows_; ///< where the b^(d-1) rows of a block begin, counted from its first
};

/// Extents of a lattice that was blocked so often; the factor divides them so often.
std::vector<std::uint64_t> blocked_extents(std::vector<std::uint64_t> extents, unsigned factor,
                                           unsigned level);
/// How often a lattice can be blocked until a side would be shorter than `least`.
unsigned most_levels(const RowLattice& lattice, unsigned factor, std::uint64_t least);

/// A configuration and its block spins of several levels; level 0 is the configuration itself. Ties, and spins
/// drawn by a filter, are drawn from `generator` (StreamId::block_tie) by configuration number (< 2^56), level and
/// block, so that nothing depends on who blocks what. Local.
class BlockLevels {
public:
  /// n_levels: blockings. filters: of BlockRule::filter, one a level; the last one serves all levels beyond. Throws
  /// ErrorKind::internal unless the factor, which is every filter's stride, divides every extent so often.
  BlockLevels(const RowLattice& lattice, BlockRule rule, unsigned factor, unsigned n_levels,
              const rng::Generator& generator, const std::vector<BlockFilter>& filters = {});

  unsigned n_levels() const { return static_cast<unsigned>(levels_.size()) - 1; }
  unsigned factor() const { return factor_; }
  const RowBits& level(unsigned n) const { return levels_[n]; }
  /// Level 0 as it stands, to be filled before block().
  RowBits& spins() { return levels_.front(); }
  /// Makes levels 1, 2, ... from level 0.
  void block(std::uint64_t configuration);

private:
  void add_filters(const std::vector<BlockFilter>& filters, unsigned n_levels);
  void filter_level(unsigned n, std::uint64_t configuration);

  unsigned factor_;
  rng::Generator generator_;
  std::vector<Blocking> steps_;         ///< none with filters
  std::vector<FilterBlocking> filters_; ///< of each step; none without
  std::vector<RowBits> levels_;
  std::vector<std::uint64_t> random_; ///< of one level
};

} // namespace blockspin::ising
