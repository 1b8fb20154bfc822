#pragma once
// A counter-based permutation: where item i goes can be asked without building the whole permutation.

#include <cstdint>

#include "blockspin/rng/generator.hpp"

namespace blockspin::rng {

/// A pseudo-random permutation of [0, n): a keyed Feistel network over the next even power of two,
/// cycle-walked into the range (Black & Rogaway 2002). The same on every rank, for the same
/// generator and sequence. Local.
class Permutation {
public:
  Permutation(const Generator& generator, std::uint64_t sequence, std::uint64_t n);
  std::uint64_t operator()(std::uint64_t i) const;
  std::uint64_t size() const { return n_; }

private:
  std::uint64_t n_;
  unsigned half_bits_;
  std::uint64_t keys_[6];
};

} // namespace blockspin::rng
