#pragma once
// Kernels on half rows: one large lattice, the even and the odd sites of each row in words of their own.

#include <cstdint>

#include "blockspin/ising/flip_table.hpp"
#include "blockspin/rng/ars.hpp"
#include "blockspin/rng/kernel_sets.hpp"
#include "decision.hpp"

namespace blockspin::ising {

/// What of a row is updated: its even sites, its odd sites, or the last site of a row of odd length, which is
/// even and next to the even first one.
enum RowPart : std::uint32_t { even_sites = 0, odd_sites = 1, seam_site = 2 };
inline constexpr int n_row_parts = 3;

/// A row's neighbours (backward and forward along each axis but the last) and its
/// number in the whole lattice.
struct RowPlace {
  std::uint64_t global_row;
  std::uint32_t neighbour[4];
};

struct RowTask {
  std::uint32_t row;
  std::uint32_t part;
};

/// Before a part of a row is updated, one bit beyond its neighbouring half row must repeat
/// the spin around the corner.
struct WrapBit {
  std::int64_t target_word; ///< in the other half row, which may be the one before its first
  int target_bit;
  std::uint32_t source_half; ///< 0 even sites, 1 odd sites
  std::uint64_t source_word;
  int source_bit;
  const std::uint64_t* column; ///< or, where it is another rank's: one bit a row; null: take the source
};

/// Half row h = 2 row + (0 even, 1 odd) is at spins + h * stride: 8 n_vectors words, then 8 guard words.
struct HalfRowSweep {
  std::uint64_t* spins;
  std::uint64_t stride;
  std::uint64_t n_vectors;
  std::uint64_t first_vector; ///< of the block, in the whole lattice's half row
  std::uint64_t n_vectors_global;
  std::uint64_t row_length; ///< of the whole lattice
  int n_neighbours;
  const RowPlace* places;
  const RowTask* tasks;
  std::uint64_t n_tasks;
  const std::uint64_t* masks[n_row_parts]; ///< [8 n_vectors]: the sites of a part that this block holds
  std::uint64_t begin[n_row_parts], end[n_row_parts]; ///< vectors with sites of a part
  WrapBit wrap[n_row_parts];
  ClassScheme scheme;
  const FlipPlanes* planes;
  rng::ArsKey key;
  std::uint64_t coarse_sequence;
  std::uint64_t fine_sequence;
};

/// Antiparallel forward bonds and up spins of a block; the bits around the corner must be in place.
struct HalfRowCount {
  const std::uint64_t* spins;
  std::uint64_t stride;
  std::uint64_t n_vectors;
  int n_neighbours;
  const RowPlace* places;
  std::uint64_t n_rows;
  const std::uint64_t* masks[2]; ///< all even sites, all odd sites
};

struct HalfRowKernels {
  void (*sweep)(const HalfRowSweep&);
  void (*count)(const HalfRowCount&, std::uint64_t* antiparallel, std::uint64_t* up);
};

BLOCKSPIN_KERNEL_SETS(HalfRowKernels, half_row_kernels);

namespace {

/// Puts the bit around the corner of a row in place.
inline __attribute__((always_inline)) void wrap_row(std::uint64_t* spins, std::uint64_t stride,
                                                    const WrapBit& wrap, std::uint64_t row,
                                                    std::uint32_t target_half) {
  const std::uint64_t bit =
      wrap.column != nullptr
          ? wrap.column[row / 64] >> (row % 64)
          : spins[(2 * row + wrap.source_half) * stride + wrap.source_word] >> wrap.source_bit;
  std::uint64_t& word = spins[static_cast<std::int64_t>((2 * row + target_half) * stride) + wrap.target_word];
  word = (word & ~(std::uint64_t{1} << wrap.target_bit)) | (bit & 1) << wrap.target_bit;
}

} // namespace

} // namespace blockspin::ising
