#pragma once
// Where in the stream of cluster updates each decision's random numbers are.

#include <cstdint>

#include "blockspin/rng/generator.hpp"

namespace blockspin::ising {

/// The random numbers of one cluster update: generator of StreamId::sample_cluster, walker <
/// 2^24, sweep < 2^37. Sequence = walker << 40 | sweep << 3 | purpose, so that no two decisions
/// of a campaign share a number.
struct ClusterStream {
  rng::Generator generator;
  std::uint64_t walker = 0;
  std::uint64_t sweep = 0;

  std::uint64_t coarse(int axis) const { return sequence(static_cast<unsigned>(axis)); }
  std::uint64_t fine(int axis) const { return sequence(3U + static_cast<unsigned>(axis)); }
  std::uint64_t flip() const { return sequence(6); }
  std::uint64_t growth() const { return sequence(7); }

private:
  std::uint64_t sequence(unsigned purpose) const { return walker << 40 | sweep << 3 | purpose; }
};

/// 1 - exp(-2/T) as a 64-bit fraction: with this probability a bond between parallel spins joins their
/// clusters (Fortuin & Kasteleyn 1972). T > 0, inf allowed.
std::uint64_t bond_threshold(double temperature);

} // namespace blockspin::ising
