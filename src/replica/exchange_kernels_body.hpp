// The body of exchange_kernels, compiled for each instruction set.

#include "exchange_kernels.hpp"

namespace blockspin::replica::BLOCKSPIN_KERNELS {

namespace {

constexpr int most_planes = 64;
constexpr int byte_planes = 8;

/// The pairs' differences of antiparallel bonds, upper less lower, bit-sliced as eight words a plane.
struct Differences {
  alignas(64) std::uint64_t plane[most_planes][8];
  alignas(64) std::uint64_t negative[8];
  alignas(64) std::uint64_t beyond[8]; ///< 256 or more, of those not negative
};

inline void subtract(const ExchangePairs& pairs, Differences& d) {
  Words8 borrowed = {}, beyond = {};
  for (int p = 0; p < pairs.n_planes; ++p) {
    const std::uint64_t* const words = pairs.antiparallel + static_cast<std::uint64_t>(p) * pairs.stride;
    const Words8 lower = load(words), upper = load(words + 1);
    const Words8 difference = xor3(upper, lower, borrowed);
    borrowed = borrow(borrowed, upper, lower);
    store(d.plane[p], difference);
    if (p >= byte_planes) beyond |= difference;
  }
  for (int p = pairs.n_planes; p < byte_planes; ++p) store(d.plane[p], Words8{});
  store(d.negative, borrowed);
  store(d.beyond, beyond & ~borrowed);
}

#if defined(__AVX512VBMI__)

/// The first bytes of 64 random numbers.
inline __m512i first_bytes(const Words8 (&random)[8]) {
  const __m512i ends = _mm512_set_epi8(127, 119, 111, 103, 95, 87, 79, 71, 63, 55, 47, 39, 31, 23, 15, 7, 127,
                                       119, 111, 103, 95, 87, 79, 71, 63, 55, 47, 39, 31, 23, 15, 7, 127, 119,
                                       111, 103, 95, 87, 79, 71, 63, 55, 47, 39, 31, 23, 15, 7, 127, 119, 111,
                                       103, 95, 87, 79, 71, 63, 55, 47, 39, 31, 23, 15, 7);
  __m512i sixteen[4]; // each in every quarter
  for (int i = 0; i < 4; ++i)
    sixteen[i] = _mm512_permutex2var_epi8((__m512i)random[2 * i], ends, (__m512i)random[2 * i + 1]);
  const __m512i low = _mm512_mask_blend_epi64(0x0C, sixteen[0], sixteen[1]);
  const __m512i high = _mm512_mask_blend_epi64(0xC0, sixteen[2], sixteen[3]);
  return _mm512_mask_blend_epi64(0xF0, low, high);
}

inline __m512i look_up(const std::uint8_t* table, __m512i index) {
  const __m512i low =
      _mm512_permutex2var_epi8(_mm512_load_si512(table), index, _mm512_load_si512(table + 64));
  const __m512i high =
      _mm512_permutex2var_epi8(_mm512_load_si512(table + 128), index, _mm512_load_si512(table + 192));
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

inline void decide_word(const Differences& d, int w, const ByteThresholds& thresholds,
                        const Words8 (&random)[8], std::uint64_t& accepted, std::uint64_t& open) {
  __m512i n = _mm512_setzero_si512();
  for (int p = 0; p < byte_planes; ++p)
    n = _mm512_mask_add_epi8(n, d.plane[p][w], n, _mm512_set1_epi8(static_cast<char>(1 << p)));
  n = _mm512_mask_mov_epi8(n, d.beyond[w], _mm512_set1_epi8(-1));
  const __m512i bytes = first_bytes(random);
  const std::uint64_t sure = _mm512_cmple_epu8_mask(n, look_up(thresholds.sure, bytes));
  const std::uint64_t perhaps = _mm512_cmple_epu8_mask(n, look_up(thresholds.perhaps, bytes));
  accepted = sure | d.negative[w];
  open = perhaps & ~accepted;
}

#else

inline void decide_word(const Differences& d, int w, const ByteThresholds& thresholds,
                        const Words8 (&random)[8], std::uint64_t& accepted, std::uint64_t& open) {
  std::uint64_t sure = 0, perhaps = 0;
  for (int b = 0; b < 64; ++b) {
    std::uint64_t n = 0 - (d.beyond[w] >> b & 1);
    for (int p = 0; p < byte_planes; ++p) n |= (d.plane[p][w] >> b & 1) << p;
    const std::uint64_t byte = random[b / 8][b % 8] >> 56;
    n &= 0xFF;
    sure |= static_cast<std::uint64_t>(n <= thresholds.sure[byte]) << b;
    perhaps |= static_cast<std::uint64_t>(n <= thresholds.perhaps[byte]) << b;
  }
  accepted = sure | d.negative[w];
  open = perhaps & ~accepted;
}

#endif

void decide(const ExchangePairs& pairs, std::uint64_t* accepted, std::uint64_t* open) {
  const rng::ArsStream stream(pairs.key);
  Differences d;
  subtract(pairs, d);
  store(accepted, Words8{});
  store(open, Words8{});
  for (std::uint32_t rest = pairs.chosen; rest != 0; rest &= rest - 1) {
    const int w = __builtin_ctz(rest);
    Words8 random[8];
    stream.several(pairs.sequence, 8 * (pairs.first_word + static_cast<std::uint64_t>(w)), random);
    decide_word(d, w, *pairs.thresholds[w], random, accepted[w], open[w]);
    accepted[w] &= pairs.active[w];
    open[w] &= pairs.active[w];
  }
}

void count(const std::uint64_t* words, const std::uint64_t* chosen, std::uint64_t* counts) {
  for (int i = 0; i < 8; ++i)
    counts[i] += static_cast<std::uint64_t>(__builtin_popcountll(words[i] & chosen[i]));
}

} // namespace

const ExchangeKernels exchange_kernels = {decide, count};

} // namespace blockspin::replica::BLOCKSPIN_KERNELS
