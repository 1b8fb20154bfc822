#pragma once
// Counting bits of many words at once. Kernel code: see rng/ars.hpp.

#include "decision.hpp"

namespace blockspin::ising {

/// Bits of the most antiparallel bonds a lattice in lanes can have.
inline constexpr int max_bond_planes = 33;

namespace {

/// 512 counters side by side, bit-sliced: plane p holds bit p of each. Inputs are gathered by seven, which
/// four full adders turn into a three-bit number before it meets the planes.
class BitCounter {
public:
  inline __attribute__((always_inline)) void add(Words8 bits) {
    pending_[n_pending_++] = bits;
    if (n_pending_ == 7) flush();
  }
  void flush() {
    for (; n_pending_ < 7; ++n_pending_) pending_[n_pending_] = Words8{};
    n_pending_ = 0;
    const Words8* x = pending_;
    const Words8 sum_a = xor3(x[0], x[1], x[2]), carry_a = majority(x[0], x[1], x[2]);
    const Words8 sum_b = xor3(x[3], x[4], x[5]), carry_b = majority(x[3], x[4], x[5]);
    const Words8 carry_c = majority(sum_a, sum_b, x[6]);
    const Words8 number[3] = {xor3(sum_a, sum_b, x[6]), xor3(carry_a, carry_b, carry_c),
                              majority(carry_a, carry_b, carry_c)};
    Words8 carry = {};
    for (int p = 0; p < 3; ++p) {
      const Words8 plane = planes_[p];
      planes_[p] = xor3(plane, number[p], carry);
      carry = majority(plane, number[p], carry);
    }
    for (int p = 3; any(carry); ++p) {
      const Words8 plane = planes_[p];
      planes_[p] = plane ^ carry;
      carry &= plane;
      if (p >= used_) used_ = p + 1;
    }
  }
  /// The counts, after flush().
  void write(std::uint32_t* out) const {
    for (int lane = 0; lane < 512; ++lane) out[lane] = 0;
    for (int p = 0; p < used_; ++p)
      for (int w = 0; w < 8; ++w) spread(planes_[p][w], std::uint32_t{1} << p, out + 64 * w);
  }

  /// Sum of all 512 counts, after flush().
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (int p = 0; p < used_; ++p)
      for (int w = 0; w < 8; ++w) sum += static_cast<std::uint64_t>(__builtin_popcountll(planes_[p][w])) << p;
    return sum;
  }

private:
  /// out[b] += value where bit b is set.
  static void spread(std::uint64_t bits, std::uint32_t value, std::uint32_t* out) {
#if defined(__AVX512F__)
    const __m512i values = _mm512_set1_epi32(static_cast<int>(value));
    for (int part = 0; part < 4; ++part) {
      const __m512i old = _mm512_loadu_si512(out + 16 * part);
      const auto mask = static_cast<__mmask16>(bits >> (16 * part));
      _mm512_storeu_si512(out + 16 * part, _mm512_mask_add_epi32(old, mask, old, values));
    }
#else
    for (int b = 0; b < 64; ++b) out[b] += (static_cast<std::uint32_t>(bits >> b) & 1U) * value;
#endif
  }
  static constexpr int n_planes = 32;
  Words8 planes_[n_planes] = {};
  Words8 pending_[7];
  int n_pending_ = 0;
  int used_ = 3;
};

/// 512 sums side by side of numbers below 8, bit-sliced both. Numbers are gathered by eight and meet the
/// planes in full adders, two of one weight and a plane at a time.
class NumberCounter {
public:
  /// Sums stay below 2^n_planes.
  explicit NumberCounter(int n_planes) : n_planes_(n_planes) {
    for (int p = 0; p < n_planes || p < n_direct; ++p) planes_[p] = Words8{};
  }
  inline __attribute__((always_inline)) void add(Words8 ones, Words8 twos, Words8 fours) {
    ones_[n_pending_] = ones;
    twos_[n_pending_] = twos;
    fours_[n_pending_] = fours;
    if (++n_pending_ == 8) add_eight();
  }
  void flush() {
    for (int i = 0; i < n_pending_; ++i) {
      Words8 carry = half_add(0, ones_[i]);
      carry = full_add(1, twos_[i], carry);
      carry = full_add(2, fours_[i], carry);
      for (int p = 3; p < n_planes_; ++p) carry = half_add(p, carry);
    }
    n_pending_ = 0;
  }
  /// Plane p to out + p * stride, after flush().
  void write(std::uint64_t* out, std::uint64_t stride) const {
    for (int p = 0; p < n_planes_; ++p) store(out + static_cast<std::uint64_t>(p) * stride, planes_[p]);
  }

private:
  inline __attribute__((always_inline)) void add_eight() {
    n_pending_ = 0;
    Words8 c1[4], c2[6], c3[7], c4[4], c5[2];
    for (int i = 0; i < 4; ++i) c1[i] = full_add(0, ones_[2 * i], ones_[2 * i + 1]);
    for (int i = 0; i < 4; ++i) c2[i] = full_add(1, twos_[2 * i], twos_[2 * i + 1]);
    for (int i = 0; i < 2; ++i) c2[4 + i] = full_add(1, c1[2 * i], c1[2 * i + 1]);
    for (int i = 0; i < 4; ++i) c3[i] = full_add(2, fours_[2 * i], fours_[2 * i + 1]);
    for (int i = 0; i < 3; ++i) c3[4 + i] = full_add(2, c2[2 * i], c2[2 * i + 1]);
    for (int i = 0; i < 3; ++i) c4[i] = full_add(3, c3[2 * i], c3[2 * i + 1]);
    c4[3] = half_add(3, c3[6]);
    for (int i = 0; i < 2; ++i) c5[i] = full_add(4, c4[2 * i], c4[2 * i + 1]);
    Words8 carry = full_add(5, c5[0], c5[1]);
    for (int p = n_direct; p < n_planes_; ++p) carry = half_add(p, carry);
  }
  inline __attribute__((always_inline)) Words8 full_add(int p, Words8 a, Words8 b) {
    const Words8 plane = planes_[p];
    planes_[p] = xor3(plane, a, b);
    return majority(plane, a, b);
  }
  inline __attribute__((always_inline)) Words8 half_add(int p, Words8 a) {
    const Words8 plane = planes_[p];
    planes_[p] = plane ^ a;
    return plane & a;
  }
  static constexpr int n_direct = 6; ///< planes that eight numbers reach without a carry
  int n_planes_;
  int n_pending_ = 0;
  Words8 planes_[max_bond_planes];
  Words8 ones_[8], twos_[8], fours_[8];
};

} // namespace

} // namespace blockspin::ising
