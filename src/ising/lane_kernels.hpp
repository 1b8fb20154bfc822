#pragma once
// Kernels on lanes: small lattices, bit-parallel over replicas. One set for each instruction set.

#include <cstdint>

#include "blockspin/ising/bond_planes.hpp"
#include "blockspin/ising/flip_table.hpp"
#include "blockspin/rng/ars.hpp"
#include "blockspin/rng/kernel_sets.hpp"
#include "decision.hpp"

namespace blockspin::ising {

/// One sweep over 512 lattices: bit b of word w of every site belongs to lattice 64 w + b.
struct LaneSweep {
  std::uint64_t* spins; ///< [site][8], 64-byte aligned
  std::uint64_t n_sites;
  int n_neighbours;                ///< 2, 4 or 6
  const std::uint32_t* order;      ///< [site]: sites in the order they are visited
  const std::uint32_t* neighbours; ///< [site in order][n_neighbours]
  ClassScheme scheme;
  const FlipPlanes* planes;
  rng::ArsKey key;
  std::uint64_t coarse_sequence;
  std::uint64_t fine_sequence;
  /// Sites of the second of two colours start here in the order. After their update no bond changes, and each
  /// has one end among them: their neighbourhoods give the number of antiparallel bonds.
  std::uint64_t second_colour;
  BondPlanes antiparallel;
};

struct LaneKernels {
  void (*sweep)(const LaneSweep&);
  /// Of each lattice: bonds to forward neighbours (`neighbours[site][n_forward]`) that are
  /// antiparallel, and up spins.
  void (*count)(const std::uint64_t* spins, std::uint64_t n_sites, int n_forward,
                const std::uint32_t* forward, std::uint32_t* antiparallel, std::uint32_t* up);
  /// The bonds alone, bit-sliced.
  void (*count_bonds)(const std::uint64_t* spins, std::uint64_t n_sites, int n_forward,
                      const std::uint32_t* forward, const BondPlanes& antiparallel);
  /// Exchanges, at every site, the bits of word w and word w + 1 that are set in mask[w], w = 0 .. 7; word 8
  /// is word 0 of the next vector, which may be null where mask[7] is 0. Words that are set as lower in one
  /// pair must not be part of another.
  void (*swap_neighbouring_words)(std::uint64_t* spins, std::uint64_t* next, std::uint64_t n_sites,
                                  const std::uint64_t* mask);
};

BLOCKSPIN_KERNEL_SETS(LaneKernels, lane_kernels);

} // namespace blockspin::ising
