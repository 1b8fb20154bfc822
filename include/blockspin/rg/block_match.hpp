#pragma once
// Which block each hidden spin of a machine belongs to, where that can be told.

#include <cstddef>
#include <span>
#include <vector>

#include "blockspin/rg/row_weights.hpp"

namespace blockspin::rg {

/// Hidden spins have no numbers of their own: one belongs to the block that holds more than half of its
/// squared weights. Blocks may stand at any of their side^2 places on the torus: at those whose shares have
/// the largest sum, each hidden spin in the block that holds most of it.
struct BlockMatch {
  std::vector<double> share;      ///< of its squared weights in that block, by hidden spin
  std::vector<std::size_t> block; ///< by hidden spin, row by row; empty unless every block has one of its own
  bool is_unique() const { return !block.empty(); }
};

/// weights: [site][hidden], as many hidden spins as blocks. Local.
BlockMatch match_blocks(const SmallTorus& torus, unsigned block_side, std::span<const double> weights);

/// The same machine with hidden spin number B that of block B, turned so that the sum of its weights is
/// positive. The match must be unique. Local.
std::vector<double> weights_by_block(const BlockMatch& match, std::span<const double> weights);

} // namespace blockspin::rg
