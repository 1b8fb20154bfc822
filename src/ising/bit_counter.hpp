#pragma once
// Counting bits of many words at once. Kernel code: see rng/ars.hpp.

#include "decision.hpp"

namespace blockspin::ising {

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

} // namespace

} // namespace blockspin::ising
