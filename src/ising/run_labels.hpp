#pragma once
// Runs of bound spins along the rows of a block, and the clusters they form.

#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "blockspin/ising/cluster_stream.hpp"
#include "blockspin/ising/row_spins.hpp"

namespace blockspin::ising {

/// Where a run begins.
struct RunStart {
  std::uint64_t row = 0;
  std::uint64_t x = 0;
};

/// Union-find over runs, numbered in the order of their sites. Roots are the smallest run of their cluster,
/// so a root's first site is the cluster's. Local.
class RunLabels {
public:
  explicit RunLabels(const RowBlock& block);

  /// The word of a row has its bit set where a run begins; the first bit of a row always is.
  std::span<std::uint64_t> starts(std::uint64_t row) {
    return std::span(starts_).subspan(row * words_per_row_, words_per_row_);
  }
  std::span<const std::uint64_t> starts(std::uint64_t row) const {
    return std::span(starts_).subspan(row * words_per_row_, words_per_row_);
  }
  /// After all starts are set: numbers the runs, each a cluster of its own.
  void number();

  std::uint32_t run(std::uint64_t row, std::uint64_t x) const {
    const std::size_t w = row * words_per_row_ + x / 64;
    const std::uint64_t up_to = (std::uint64_t{2} << (x % 64)) - 1; // 2 << 63 is 0: all bits
    return before_[w] + static_cast<std::uint32_t>(std::popcount(starts_[w] & up_to)) - 1;
  }
  std::uint32_t root(std::uint32_t run);
  void join(std::uint32_t a, std::uint32_t b);
  /// Joins the runs of two rows where `bonds` (from the first to the second) has bits; skips those that
  /// follow from the bond beside them.
  void join_rows(std::uint64_t row, std::uint64_t other, std::span<const std::uint64_t> bonds);
  RunStart start_of(std::uint32_t run) const;

  /// Turns every cluster with probability 1/2: a root by the random bit of its first site, but as told where
  /// it is among `decided` (root, turns; ordered by root). The labels are spent.
  void turn(RowSpins& spins, const ClusterStream& random,
            std::span<const std::pair<std::uint32_t, bool>> decided);

private:
  const RowBlock& block_;
  std::size_t words_per_row_;
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> before_; ///< [word]: runs that begin before it
  std::vector<std::uint32_t> parent_; ///< [run]
};

} // namespace blockspin::ising
