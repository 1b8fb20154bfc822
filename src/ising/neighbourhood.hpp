#pragma once
// From the neighbours of 512 spins to the classes of their neighbourhoods. Kernel code: see rng/ars.hpp.

#include "decision.hpp"

namespace blockspin::ising {

namespace {

/// Bit-sliced number of antiparallel neighbours, 0 .. 6.
struct Count {
  Words8 ones, twos, fours;
};

/// Z in 2, 4, 6; d[i] marks the spins antiparallel to their i-th neighbour.
template <int Z>
inline __attribute__((always_inline)) Count count_antiparallel(const Words8* d) {
  if constexpr (Z == 2) {
    return {d[0] ^ d[1], d[0] & d[1], Words8{}};
  } else if constexpr (Z == 4) {
    const Words8 sum = xor3(d[0], d[1], d[2]), carry = majority(d[0], d[1], d[2]);
    const Words8 carry2 = sum & d[3];
    return {sum ^ d[3], carry ^ carry2, carry & carry2};
  } else {
    const Words8 sum_a = xor3(d[0], d[1], d[2]), carry_a = majority(d[0], d[1], d[2]);
    const Words8 sum_b = xor3(d[3], d[4], d[5]), carry_b = majority(d[3], d[4], d[5]);
    const Words8 carry = sum_a & sum_b;
    return {sum_a ^ sum_b, xor3(carry_a, carry_b, carry), majority(carry_a, carry_b, carry)};
  }
}

/// The number after the spins in `flips` have flipped: Z less what it was.
template <int Z>
inline __attribute__((always_inline)) Count after_flips(const Count& count, Words8 flips) {
  if constexpr (Z == 2)
    return {count.ones, xor_and_not(count.twos, flips, count.ones), Words8{}};
  else if constexpr (Z == 4)
    return {count.ones, xor_and(count.twos, flips, count.ones),
            xor_and_not(count.fours, flips, count.ones | count.twos)};
  else
    return {count.ones, xor_and_not(count.twos, flips, count.ones),
            xor_and_not(count.fours, flips, count.ones & count.twos)};
}

inline __attribute__((always_inline)) Words8 equals(const Count& count, int n) {
  return ((n & 1) != 0 ? count.ones : ~count.ones) & ((n & 2) != 0 ? count.twos : ~count.twos) &
         ((n & 4) != 0 ? count.fours : ~count.fours);
}

/// ClassScheme::few_antiparallel.
template <int Z>
struct FewAntiparallel {
  static constexpr int n_classes = Z / 2;
  static inline __attribute__((always_inline)) Neighbourhood<n_classes> classify(Words8, const Words8* d,
                                                                                 const FlipPlanes&) {
    const Count count = count_antiparallel<Z>(d);
    Neighbourhood<n_classes> n;
    Words8 few = n.in_class[0] = equals(count, 0);
    for (int k = 1; k < n_classes; ++k) few |= n.in_class[k] = equals(count, k);
    n.always = ~few;
    return n;
  }
};

/// ClassScheme::spin_and_count.
template <int Z>
struct SpinAndCount {
  static constexpr int n_classes = 2 * (Z + 1);
  static inline __attribute__((always_inline)) Neighbourhood<n_classes> classify(Words8 spin, const Words8* d,
                                                                                 const FlipPlanes& planes) {
    const Count count = count_antiparallel<Z>(d);
    Neighbourhood<n_classes> n;
    n.always = Words8{};
    for (int c = 0; c <= Z; ++c) {
      const Words8 here = equals(count, c);
      n.in_class[c] = here & ~spin;
      n.in_class[Z + 1 + c] = here & spin;
    }
    for (int k = 0; k < n_classes; ++k) n.always = or_and(n.always, n.in_class[k], load(planes.always[k]));
    return n;
  }
};

template <int Z, class Sweep>
void with_scheme_of(ClassScheme scheme, const Sweep& sweep) {
  if (scheme == ClassScheme::few_antiparallel)
    sweep.template operator()<FewAntiparallel<Z>, Z>();
  else
    sweep.template operator()<SpinAndCount<Z>, Z>();
}

/// Calls sweep.operator()<Scheme, Z>() for a scheme and number of neighbours known at run time.
template <class Sweep>
void with_scheme(ClassScheme scheme, int n_neighbours, const Sweep& sweep) {
  if (n_neighbours == 2)
    with_scheme_of<2>(scheme, sweep);
  else if (n_neighbours == 4)
    with_scheme_of<4>(scheme, sweep);
  else
    with_scheme_of<6>(scheme, sweep);
}

} // namespace

} // namespace blockspin::ising
