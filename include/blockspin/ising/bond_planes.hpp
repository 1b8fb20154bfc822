#pragma once
// Bonds of many small lattices, counted bit-sliced.

#include <cstdint>

namespace blockspin::ising {

/// Where antiparallel bonds of lattices go: bit p of those of lattice 64 w + b is bit b of word w of
/// first + p * stride, for p < n_planes.
struct BondPlanes {
  std::uint64_t* first; ///< null: nobody wants them
  std::uint64_t stride;
  int n_planes; ///< bits of the number of bonds
};

} // namespace blockspin::ising
