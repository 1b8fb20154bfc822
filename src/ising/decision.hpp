#pragma once
// The random decision of 512 spins at once, shared by every layout of the local update.
// Kernel code: see rng/ars.hpp.
// A spin flips where a uniform number is below the threshold of its class. The number's first `n_coarse` bits
// come bit-sliced, one vector of random words a bit, and settle all but one spin in 2^n_coarse: those whose
// bits equal the threshold's. Each of these few draws the rest of its number from a word of its own,
// addressed by its site. So every spin has its own 64-bit number, and no spin's random bits depend on another
// spin, on the division of the lattice, or on the instruction set.

#include "blockspin/rng/ars.hpp"

namespace blockspin::ising {

/// Coarse bits of a spin's uniform number. Part of the meaning of a seed: changing it changes every result.
inline constexpr int n_coarse = 12;

/// Most classes any scheme has: 2 (6 + 1) in three dimensions.
inline constexpr int max_classes = 14;

/// The thresholds of eight words of spins, which may be of different temperatures.
struct alignas(64) FlipPlanes {
  std::uint64_t coarse[max_classes][n_coarse]
                      [8];              ///< bit j (most significant first) of each word's threshold, 0 or ~0
  std::uint64_t always[max_classes][8]; ///< ~0 where the class always flips
  std::uint64_t fine[max_classes][8];   ///< the threshold's remaining bits
};

namespace {

/// equal & ~(r ^ t)
#if defined(__AVX512F__)
inline Words8 equal_step(Words8 r, Words8 t, Words8 equal) { return ternary<0x82>(r, t, equal); }
#else
inline Words8 equal_step(Words8 r, Words8 t, Words8 equal) { return equal & ~(r ^ t); }
#endif

/// Masks of the spins in each class that needs a decision, and of those that always flip.
template <int Classes>
struct Neighbourhood {
  Words8 in_class[Classes];
  Words8 always;
};

/// Flips that the coarse bits settle, and the spins they leave open.
struct Coarse {
  Words8 flips;
  Words8 open;
};

/// `index`: number of the vector of spins in the sequence of coarse words.
template <int Classes>
inline __attribute__((always_inline)) Coarse decide(const Neighbourhood<Classes>& n, const FlipPlanes& planes,
                                                    const rng::ArsStream& random, std::uint64_t sequence,
                                                    std::uint64_t index) {
  Words8 bits[n_coarse];
  random.several(sequence, index * n_coarse, bits);
  Words8 undecided = n.in_class[0];
  for (int k = 1; k < Classes; ++k) undecided |= n.in_class[k];
  Words8 below = {}, equal = undecided;
  for (int j = n_coarse - 1; j >= 0; --j) {
    Words8 threshold = n.in_class[0] & load(planes.coarse[0][j]);
    for (int k = 1; k < Classes; ++k) threshold = or_and(threshold, n.in_class[k], load(planes.coarse[k][j]));
    below = borrow(below, bits[j], threshold);
    equal = equal_step(bits[j], threshold, equal);
  }
  return {or_and(n.always, below, undecided), equal};
}

/// Draws the remaining bits of every open spin: one word of the sequence `fine_sequence` each. `place(word,
/// bit)` is the spin's index in that sequence.
template <int Classes, class Place>
__attribute__((noinline)) Words8 settle(Words8 open, const Neighbourhood<Classes>& n,
                                        const FlipPlanes& planes, const rng::ArsStream& random,
                                        std::uint64_t fine_sequence, Place place) {
  Words8 flips = {};
  for (int w = 0; w < 8; ++w)
    for (std::uint64_t rest = open[w]; rest != 0; rest &= rest - 1) {
      const int bit = __builtin_ctzll(rest);
      int k = 0;
      while ((n.in_class[k][w] >> bit & 1) == 0) ++k;
      const std::uint64_t fine = random.word(fine_sequence, place(w, bit)) >> n_coarse;
      flips[w] |= static_cast<std::uint64_t>(fine < planes.fine[k][w]) << bit;
    }
  return flips;
}

} // namespace

} // namespace blockspin::ising
