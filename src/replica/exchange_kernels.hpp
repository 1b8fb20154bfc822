#pragma once
// Exchange decisions of many ladders at once. One set of kernels for each instruction set.

#include <cstdint>

#include "blockspin/replica/byte_thresholds.hpp"
#include "blockspin/rng/ars.hpp"
#include "blockspin/rng/kernel_sets.hpp"

namespace blockspin::replica {

/// Some pairs of neighbouring words among the eight from `first_word` on, and the ninth.
struct ExchangePairs {
  const std::uint64_t* antiparallel; ///< bit p of word w's bonds is word w of antiparallel + p * stride
  std::uint64_t stride;
  int n_planes;
  std::uint32_t chosen;                    ///< bit w: word w exchanges with word w + 1
  const ByteThresholds* const* thresholds; ///< [8], of the chosen
  rng::ArsKey key;
  std::uint64_t sequence;
  const std::uint64_t* active; ///< [8]: bits that are ladders
  std::uint64_t first_word;    ///< word w's random numbers are 64 (first_word + w) + b
};

struct ExchangeKernels {
  /// Which ladders of the chosen pairs exchange, and which need all bits of their random number: [8] each; 0
  /// for words that are not chosen.
  void (*decide)(const ExchangePairs& pairs, std::uint64_t* accepted, std::uint64_t* open);
  /// counts[i] += bits set in both words[i] and chosen[i], i = 0 .. 7.
  void (*count)(const std::uint64_t* words, const std::uint64_t* chosen, std::uint64_t* counts);
};

BLOCKSPIN_KERNEL_SETS(ExchangeKernels, exchange_kernels);

} // namespace blockspin::replica
