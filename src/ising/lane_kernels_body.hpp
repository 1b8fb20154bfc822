// The body of the lane kernels, included once by each lane_kernels_<instruction set>.cpp with LANE_KERNELS
// naming it.

#include "lane_kernels.hpp"
#include "neighbourhood.hpp"

namespace blockspin::ising {

namespace {

template <class Scheme, int Z>
void sweep(const LaneSweep& s) {
  const rng::ArsStream random(s.key);
  for (std::uint64_t i = 0; i < s.n_sites; ++i) {
    const std::uint64_t site = s.order[i];
    const Words8 spin = load(s.spins + 8 * site);
    Words8 differs[Z];
    for (int n = 0; n < Z; ++n)
      differs[n] = spin ^ load(s.spins + 8 * std::uint64_t{s.neighbours[Z * i + n]});
    const auto neighbourhood = Scheme::classify(spin, differs, *s.planes);
    auto [flips, open] = decide(neighbourhood, *s.planes, random, s.coarse_sequence, site);
    if (__builtin_expect(any(open), 0))
      flips |= settle(open, neighbourhood, *s.planes, random, s.fine_sequence, [site](int word, int bit) {
        return 512 * site + static_cast<std::uint64_t>(64 * word + bit);
      });
    store(s.spins + 8 * site, spin ^ flips);
  }
}

template <int Z>
void sweep_any(const LaneSweep& s) {
  if (s.scheme == ClassScheme::few_antiparallel)
    sweep<FewAntiparallel<Z>, Z>(s);
  else
    sweep<SpinAndCount<Z>, Z>(s);
}

void sweep_dispatch(const LaneSweep& s) {
  if (s.n_neighbours == 2)
    sweep_any<2>(s);
  else if (s.n_neighbours == 4)
    sweep_any<4>(s);
  else
    sweep_any<6>(s);
}

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

void count(const std::uint64_t* spins, std::uint64_t n_sites, int n_forward, const std::uint32_t* forward,
           std::uint32_t* antiparallel, std::uint32_t* up) {
  BitCounter bonds, ups;
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 spin = load(spins + 8 * site);
    ups.add(spin);
    for (int n = 0; n < n_forward; ++n) bonds.add(spin ^ load(spins + 8 * std::uint64_t{*forward++}));
  }
  bonds.flush();
  ups.flush();
  bonds.write(antiparallel);
  ups.write(up);
}

void swap_neighbouring_words(std::uint64_t* spins, std::uint64_t n_sites, const std::uint64_t* mask) {
  Words8 swap = load(mask);
  swap[7] = 0;
  constexpr Words8 next = {1, 2, 3, 4, 5, 6, 7, 7}, previous = {7, 0, 1, 2, 3, 4, 5, 6};
  for (std::uint64_t site = 0; site < n_sites; ++site) {
    const Words8 words = load(spins + 8 * site);
    const Words8 difference = (words ^ __builtin_shuffle(words, next)) & swap;
    store(spins + 8 * site, xor3(words, difference, __builtin_shuffle(difference, previous)));
  }
}

} // namespace

const LaneKernels LANE_KERNELS = {sweep_dispatch, count, swap_neighbouring_words};

} // namespace blockspin::ising
