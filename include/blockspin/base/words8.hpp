#pragma once
// Eight words of 64 bits at once, and three-input logic on them.
// For kernel files, each of which is compiled once for every instruction set, with that set's compiler flags:
// everything here that depends on the flags has internal linkage, and such files include nothing with
// external inline functions beyond it.

#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace blockspin {

/// The unit in which every kernel thinks, whatever the registers are.
using Words8 = std::uint64_t __attribute__((vector_size(64)));

namespace {

using Words8Unaligned = std::uint64_t __attribute__((vector_size(64), may_alias, aligned(8)));

inline __attribute__((always_inline)) Words8 load(const std::uint64_t* from) {
  return *reinterpret_cast<const Words8Unaligned*>(from);
}
inline __attribute__((always_inline)) void store(std::uint64_t* to, Words8 value) {
  *reinterpret_cast<Words8Unaligned*>(to) = value;
}

#if defined(__AVX512F__)
// One instruction each.
template <int Table>
inline __attribute__((always_inline)) Words8 ternary(Words8 a, Words8 b, Words8 c) {
  return (Words8)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, Table);
}
inline Words8 xor3(Words8 a, Words8 b, Words8 c) { return ternary<0x96>(a, b, c); }
inline Words8 majority(Words8 a, Words8 b, Words8 c) { return ternary<0xE8>(a, b, c); }
/// a | (b & c)
inline Words8 or_and(Words8 a, Words8 b, Words8 c) { return ternary<0xF8>(a, b, c); }
/// a ^ (b & c)
inline Words8 xor_and(Words8 a, Words8 b, Words8 c) { return ternary<0x78>(a, b, c); }
/// a ^ (b & ~c)
inline Words8 xor_and_not(Words8 a, Words8 b, Words8 c) { return ternary<0xB4>(a, b, c); }
/// What b - c borrows from the next bit, when a has been borrowed from this one.
inline Words8 borrow(Words8 a, Words8 b, Words8 c) { return ternary<0x8E>(b, c, a); }
#else
inline Words8 xor3(Words8 a, Words8 b, Words8 c) { return a ^ b ^ c; }
inline Words8 majority(Words8 a, Words8 b, Words8 c) { return (a & b) | (c & (a ^ b)); }
inline Words8 or_and(Words8 a, Words8 b, Words8 c) { return a | (b & c); }
inline Words8 xor_and(Words8 a, Words8 b, Words8 c) { return a ^ (b & c); }
inline Words8 xor_and_not(Words8 a, Words8 b, Words8 c) { return a ^ (b & ~c); }
inline Words8 borrow(Words8 a, Words8 b, Words8 c) { return (c & ~b) | (a & ~(b ^ c)); }
#endif

inline bool any(Words8 a) {
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask((__m512i)a, (__m512i)a) != 0;
#else
  std::uint64_t all = 0;
  for (int i = 0; i < 8; ++i) all |= a[i];
  return all != 0;
#endif
}

} // namespace

} // namespace blockspin
