#pragma once
// ARS-7 as inline code for kernels that consume random words as they are made.
// A kernel file is compiled once for each instruction set, with that set's compiler flags; so everything here
// that depends on the flags has internal linkage, and such files include nothing with external inline
// functions beyond it.

#include <cstddef>
#include <cstdint>

#include "blockspin/base/words8.hpp"

#if defined(__AES__)
#include <immintrin.h>
#endif

namespace blockspin::rng {

/// The key of a stream, see Generator.
struct ArsKey {
  std::uint64_t low;
  std::uint64_t high;
};

inline constexpr int ars_rounds = 7;
/// Weyl constants of the key schedule: golden ratio and sqrt(3) - 1 (Random123, ars.h).
inline constexpr std::uint64_t ars_weyl_low = 0x9E3779B97F4A7C15;
inline constexpr std::uint64_t ars_weyl_high = 0xBB67AE8584CAA73B;

/// The AES round's table: multiples (2, 1, 1, 3) of the S-box by byte, and the S-box itself.
struct AesTables {
  std::uint32_t mixed[256];
  std::uint8_t substitution[256];
};
extern const AesTables aes_tables;

/// One block in plain C++: out[0], out[1] are the words of counter (sequence, block).
void ars_block(const ArsKey& key, std::uint64_t sequence, std::uint64_t block, std::uint64_t* out);

namespace {

#if defined(__VAES__) && defined(__AVX512F__)

/// Expanded round keys, one per 128-bit lane.
class ArsStream {
public:
  explicit ArsStream(const ArsKey& key) {
    __m512i round_key = _mm512_set4_epi64(static_cast<long long>(key.high), static_cast<long long>(key.low),
                                          static_cast<long long>(key.high), static_cast<long long>(key.low));
    const __m512i weyl =
        _mm512_set4_epi64(static_cast<long long>(ars_weyl_high), static_cast<long long>(ars_weyl_low),
                          static_cast<long long>(ars_weyl_high), static_cast<long long>(ars_weyl_low));
    for (auto& k : keys_) {
      k = round_key;
      round_key = _mm512_add_epi64(round_key, weyl);
    }
  }

  /// Words 8 index .. 8 index + 7 of `sequence`.
  Words8 operator()(std::uint64_t sequence, std::uint64_t index) const {
    const auto s = static_cast<long long>(sequence), b = static_cast<long long>(4 * index);
    return encrypt(_mm512_set_epi64(s, b + 3, s, b + 2, s, b + 1, s, b));
  }
  /// n vectors in a row, n a constant: the rounds of the n are interleaved, which hides the latency of each.
  template <int N>
  void several(std::uint64_t sequence, std::uint64_t index, Words8 (&out)[N]) const {
    const auto s = static_cast<long long>(sequence), b = static_cast<long long>(4 * index);
    __m512i counter = _mm512_set_epi64(s, b + 3, s, b + 2, s, b + 1, s, b);
    const __m512i step = _mm512_set4_epi64(0, 4, 0, 4);
    __m512i v[N];
    for (int n = 0; n < N; ++n) {
      v[n] = _mm512_xor_si512(counter, keys_[0]);
      counter = _mm512_add_epi64(counter, step);
    }
    for (int round = 1; round < ars_rounds; ++round)
      for (int n = 0; n < N; ++n) v[n] = _mm512_aesenc_epi128(v[n], keys_[round]);
    for (int n = 0; n < N; ++n) out[n] = (Words8)_mm512_aesenclast_epi128(v[n], keys_[ars_rounds]);
  }

  /// One word.
  std::uint64_t word(std::uint64_t sequence, std::uint64_t index) const {
    __m128i v = _mm_xor_si128(
        _mm_set_epi64x(static_cast<long long>(sequence), static_cast<long long>(index / 2)), first_lane(0));
    for (int round = 1; round < ars_rounds; ++round) v = _mm_aesenc_si128(v, first_lane(round));
    v = _mm_aesenclast_si128(v, first_lane(ars_rounds));
    return static_cast<std::uint64_t>(index % 2 == 0 ? _mm_cvtsi128_si64(v) : _mm_extract_epi64(v, 1));
  }

private:
  __m128i first_lane(int round) const {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(&keys_[round]));
  }
  Words8 encrypt(__m512i v) const {
    v = _mm512_xor_si512(v, keys_[0]);
    for (int round = 1; round < ars_rounds; ++round) v = _mm512_aesenc_epi128(v, keys_[round]);
    return (Words8)_mm512_aesenclast_epi128(v, keys_[ars_rounds]);
  }
  __m512i keys_[ars_rounds + 1];
};

#elif defined(__AES__)

class ArsStream {
public:
  explicit ArsStream(const ArsKey& key) {
    __m128i round_key = _mm_set_epi64x(static_cast<long long>(key.high), static_cast<long long>(key.low));
    const __m128i weyl =
        _mm_set_epi64x(static_cast<long long>(ars_weyl_high), static_cast<long long>(ars_weyl_low));
    for (auto& k : keys_) {
      k = round_key;
      round_key = _mm_add_epi64(round_key, weyl);
    }
  }

  Words8 operator()(std::uint64_t sequence, std::uint64_t index) const {
    const auto s = static_cast<long long>(sequence), b = static_cast<long long>(4 * index);
    __m128i v[4];
    for (int n = 0; n < 4; ++n) v[n] = _mm_xor_si128(_mm_set_epi64x(s, b + n), keys_[0]);
    for (int round = 1; round < ars_rounds; ++round)
      for (auto& block : v) block = _mm_aesenc_si128(block, keys_[round]);
    Words8 out;
    for (int n = 0; n < 4; ++n)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(&out) + n, _mm_aesenclast_si128(v[n], keys_[ars_rounds]));
    return out;
  }
  template <int N>
  void several(std::uint64_t sequence, std::uint64_t index, Words8 (&out)[N]) const {
    for (int n = 0; n < N; ++n) out[n] = (*this)(sequence, index + static_cast<std::uint64_t>(n));
  }

  std::uint64_t word(std::uint64_t sequence, std::uint64_t index) const {
    __m128i v = _mm_xor_si128(
        _mm_set_epi64x(static_cast<long long>(sequence), static_cast<long long>(index / 2)), keys_[0]);
    for (int round = 1; round < ars_rounds; ++round) v = _mm_aesenc_si128(v, keys_[round]);
    v = _mm_aesenclast_si128(v, keys_[ars_rounds]);
    return static_cast<std::uint64_t>(index % 2 == 0 ? _mm_cvtsi128_si64(v) : _mm_extract_epi64(v, 1));
  }

private:
  __m128i keys_[ars_rounds + 1];
};

#else

class ArsStream {
public:
  explicit ArsStream(const ArsKey& key) : key_(key) {}

  Words8 operator()(std::uint64_t sequence, std::uint64_t index) const {
    std::uint64_t words[8];
    for (std::uint64_t n = 0; n < 4; ++n) ars_block(key_, sequence, 4 * index + n, words + 2 * n);
    return Words8{words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7]};
  }
  template <int N>
  void several(std::uint64_t sequence, std::uint64_t index, Words8 (&out)[N]) const {
    for (int n = 0; n < N; ++n) out[n] = (*this)(sequence, index + static_cast<std::uint64_t>(n));
  }

  std::uint64_t word(std::uint64_t sequence, std::uint64_t index) const {
    std::uint64_t pair[2];
    ars_block(key_, sequence, index / 2, pair);
    return pair[index % 2];
  }

private:
  ArsKey key_;
};

#endif

} // namespace

} // namespace blockspin::rng
