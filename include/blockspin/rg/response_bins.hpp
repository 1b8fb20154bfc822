#pragma once
// Responses of functions in bins of ladders and time, of the first half of the configurations and of the second.

#include <array>
#include <cstdint>
#include <vector>

#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rg/level_bins.hpp"
#include "blockspin/rg/response_sums.hpp"

namespace blockspin::rg {

/// Sums of even functions with even operators, and of odd with odd.
struct Responses {
  ResponseSums even, odd;
};

/// Configuration c is number c / n_ladders of ladder c % n_ladders. What is learnt of functions is learnt from
/// half 0, and measured on half 1. Each half is divided by bin_shape(). Local but for what is said.
class ResponseBins {
public:
  /// `empty`: sums of the right shape.
  ResponseBins(std::uint64_t n_configurations, std::uint64_t n_ladders, const Responses& empty);

  static std::uint64_t n_learnt(std::uint64_t n_configurations) { return n_configurations / 2; }
  /// The bin of a configuration.
  Responses& at(std::uint64_t configuration);
  /// Sums over the ranks, on each. Collective.
  void sum_over_ranks(const mpi::Communicator& comm);
  /// All bins of a half, [group][time]; some may have no configurations.
  const std::vector<std::vector<Responses>>& half(std::size_t half) const { return bins_[half]; }

  std::vector<std::uint64_t> words() const;
  void fill(std::span<const std::uint64_t> words);

private:
  std::uint64_t n_learnt_, n_ladders_;
  std::array<BinShape, 2> shape_;
  std::array<std::vector<std::vector<Responses>>, 2> bins_; ///< [half][group][time]
};

} // namespace blockspin::rg
