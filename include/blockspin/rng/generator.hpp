#pragma once
// Counter-based random numbers: ARS-7 (Salmon et al., SC 2011), seven AES rounds over a 128-bit counter.

#include <cstdint>
#include <span>
#include <string_view>

#include "blockspin/rng/streams.hpp"

namespace blockspin::rng {

/// A stage instance's number in the key: a 48-bit hash (FNV-1a, folded) of its name, e.g. "sample.main".
std::uint64_t instance_number(std::string_view name);

/// One stream of random words, addressed, not stepped: word `index` of sequence `sequence` is always the same
/// number, whoever asks, in whatever order. Holds 16 bytes and no state; copy freely.
/// Key: low 64 bits the campaign's seed, high 64 bits stream id << 48 | instance. Counter: low 64 bits the
/// block (two words of 64 bits each; word 2b is the low half of block b), high 64 bits the sequence. Every
/// instruction-set path gives identical bits. Local.
class Generator {
public:
  Generator(std::uint64_t seed, StreamId stream, std::uint64_t instance);

  std::uint64_t word(std::uint64_t sequence, std::uint64_t index) const;
  /// out[i] = word(sequence, first + i); the fast way.
  void words(std::uint64_t sequence, std::uint64_t first, std::span<std::uint64_t> out) const;

  /// Uniform in [0, 1) with 53 bits, from word(sequence, index).
  double uniform(std::uint64_t sequence, std::uint64_t index) const;
  /// Uniforms in (0, 1) from 32-bit halves, exact in float: out[i] = (k + 1/2) 2^-23, k the top 23 bits of
  /// the low (even i) or high (odd i) 32 bits of word first/2 + i/2. `first` must be even.
  void uniforms(std::uint64_t sequence, std::uint64_t first, std::span<float> out) const;
  /// Standard normal (Box-Muller, double precision) number `index`, from words 2 index and 2 index + 1.
  double normal(std::uint64_t sequence, std::uint64_t index) const;
  /// Uniform integer in [0, n), n >= 1: the high half of word * n; bias below n 2^-64.
  std::uint64_t below(std::uint64_t sequence, std::uint64_t index, std::uint64_t n) const;

  std::uint64_t key_low() const { return key_low_; }
  std::uint64_t key_high() const { return key_high_; }

private:
  std::uint64_t key_low_;
  std::uint64_t key_high_;
};

} // namespace blockspin::rng
