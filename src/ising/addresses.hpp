#pragma once
// Where in the stream of local updates each decision's random bits are, and how
// thresholds are laid out for kernels.

#include <cstdint>
#include <span>

#include "blockspin/ising/flip_table.hpp"

namespace blockspin::ising {

struct FlipPlanes;

inline constexpr std::uint64_t max_walkers = std::uint64_t{1} << 24;

/// Sequences of a sweep: walker << 40 | sweep << 1 | (0 coarse, 1 fine).
constexpr std::uint64_t coarse_sequence(std::uint64_t walker, std::uint64_t sweep) {
  return walker << 40 | sweep << 1;
}
constexpr std::uint64_t fine_sequence(std::uint64_t walker, std::uint64_t sweep) {
  return coarse_sequence(walker, sweep) | 1;
}

/// tables.size() == 8: one a word.
void fill_planes(std::span<const FlipTable> tables, FlipPlanes& planes);

} // namespace blockspin::ising
