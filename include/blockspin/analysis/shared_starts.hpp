#pragma once
// Errors of walkers of which some share their starting state: only walkers of different states are independent.

#include <cstdint>

#include "blockspin/analysis/block_moments.hpp"

namespace blockspin::analysis {

/// Walker i starts in state i mod n_states. Walkers are taken in parts, no two of which share a state: one a
/// state, or several states together where there are more than `most`.
class SharedStarts {
public:
  SharedStarts(std::uint64_t n_walkers, std::uint64_t n_states);

  std::size_t n_parts() const { return static_cast<std::size_t>((n_states_ + width_ - 1) / width_); }
  std::size_t part_of(std::uint64_t walker) const {
    return static_cast<std::size_t>(walker % n_states_ / width_);
  }
  std::uint64_t n_walkers() const { return n_walkers_; }

private:
  static constexpr std::uint64_t most = 512;
  std::uint64_t n_walkers_, n_states_, width_;
};

/// Of the same walkers, the parts in place of the blocks. The error is the scatter of the parts' sums of
/// deviations from the mean, right while walkers of one state are together, and when noise has parted them; NaN
/// for one part. `values` [walker, quantity] are this rank's, from walker `first` on, `all` the moments of all of
/// them. The same bits for every rank count: sums of deviations are of integers, 10^-9 of a standard deviation
/// each. Collective.
BlockMoments moments_by_parts(const mpi::Communicator& comm, const SharedStarts& starts, std::uint64_t first,
                              View<const double, 2> values, const BlockMoments& all);

} // namespace blockspin::analysis
