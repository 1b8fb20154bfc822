#pragma once
// Filling a buffer with words of a stream. One set of kernels for each instruction set.

#include <cstddef>
#include <cstdint>

#include "blockspin/rng/ars.hpp"
#include "blockspin/rng/kernel_sets.hpp"

namespace blockspin::rng {

struct FillKernels {
  /// out[i] = word first + i of the sequence, for n words.
  void (*fill)(const ArsKey& key, std::uint64_t sequence, std::uint64_t first, std::uint64_t* out,
               std::size_t n);
};

BLOCKSPIN_KERNEL_SETS(FillKernels, fill_kernels);

} // namespace blockspin::rng
