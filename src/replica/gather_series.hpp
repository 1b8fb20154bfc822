#pragma once
// Bringing the series of one temperature together, on the rank that analyses it.

#include <span>
#include <vector>

#include "blockspin/ising/binned_series.hpp"
#include "blockspin/ising/time_series.hpp"
#include "blockspin/replica/ensemble.hpp"

namespace blockspin::replica {

/// Series of one temperature by ladder; empty on all ranks but one.
struct GatheredSeries {
  std::vector<std::int64_t> values; ///< [ladder][energy or magnetisation][time]
  std::size_t length = 0;
  std::size_t n_ladders = 0;

  std::span<const std::int64_t> energy(std::size_t ladder) const {
    return std::span(values).subspan(2 * ladder * length, length);
  }
  std::span<const std::int64_t> magnetization(std::size_t ladder) const {
    return std::span(values).subspan((2 * ladder + 1) * length, length);
  }
};

/// Collective: ladders [0, n_ladders) of a temperature, gathered on rank `owner`.
GatheredSeries gather_series(const mpi::Communicator& comm, const Ensemble& ensemble,
                             const ising::TimeSeries& series, std::size_t temperature,
                             std::uint64_t n_ladders, int owner);

/// Collective: bins of a temperature with the samples that came after them, [ladder][bin], on rank `owner`.
std::vector<std::vector<ising::Bin>> gather_bins(const mpi::Communicator& comm, const Ensemble& ensemble,
                                                 const ising::BinnedSeries& bins,
                                                 const ising::TimeSeries& rest, std::size_t temperature,
                                                 int owner);

} // namespace blockspin::replica
