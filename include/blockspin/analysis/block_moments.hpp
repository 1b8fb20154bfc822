#pragma once
// Means and standard errors over items divided among ranks, the same bits for every rank count.

#include <cstdint>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::analysis {

/// Of each quantity, over all items: mean, standard error of the mean (NaN for one item),
/// and the means of the blocks.
struct BlockMoments {
  std::vector<double> mean;
  std::vector<double> error;
  std::vector<std::uint64_t> block_count; ///< items of each block
  Array<double, 2> block_mean;            ///< [block, quantity]
};

/// `values` [item, quantity] are those of this rank's items, items_of_rank(n, block, comm) in
/// order. Within a block sums run in item order, blocks are then joined in block order (Chan, Golub
/// & LeVeque 1979). Collective.
BlockMoments block_moments(const mpi::Communicator& comm, std::uint64_t n, std::uint64_t block,
                           View<const double, 2> values);

} // namespace blockspin::analysis
