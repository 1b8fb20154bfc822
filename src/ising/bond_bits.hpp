#pragma once
// Random bonds, 64 at a time.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/cluster_stream.hpp"
#include "blockspin/ising/row_spins.hpp"

namespace blockspin::ising {

/// Independent bits that are 1 with a given 64-bit probability. The first nine bits of every bond's
/// uniform number come bit-sliced and settle all but one bond in 512, which draws the other 55 from a
/// word of its own. Bonds are addressed by the site behind them and the axis: their bits are the same for
/// any division of the lattice.
class BondBits {
public:
  BondBits(const RowBlock& block, std::uint64_t threshold, const ClusterStream& random);

  /// Bonds of one row along an axis, drawn where `candidates` is 1; 0 elsewhere.
  void draw(std::uint64_t row, int axis, std::span<const std::uint64_t> candidates,
            std::span<std::uint64_t> out);

private:
  void fill_coarse(std::uint64_t global_row, std::uint64_t sequence);

  const RowBlock& block_;
  std::uint64_t threshold_;
  const ClusterStream& random_;
  std::vector<std::uint64_t> coarse_; ///< [bit, most significant first][word of the row]
  std::vector<std::uint64_t> open_;   ///< [word]: bonds whose coarse bits equal the threshold's
};

} // namespace blockspin::ising
