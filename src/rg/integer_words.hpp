#pragma once
// Sums of 128 bits as words of 64, four each with 32 bits in it: such words of many ranks can be added up.

#include <span>

#include "blockspin/stats/moments.hpp"

namespace blockspin::rg {

inline void to_words(std::span<const stats::Int128> sums, std::span<std::uint64_t> words) {
  for (std::size_t i = 0; i < sums.size(); ++i)
    for (unsigned part = 0; part < 4; ++part)
      words[4 * i + part] = static_cast<std::uint32_t>(static_cast<stats::UInt128>(sums[i]) >> (32 * part));
}

/// Of words or of their sums modulo 2^64: what is beyond 32 bits is carried, modulo 2^128.
inline void from_words(std::span<const std::uint64_t> words, std::span<stats::Int128> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    stats::UInt128 sum = 0;
    for (unsigned part = 0; part < 4; ++part)
      sum += static_cast<stats::UInt128>(words[4 * i + part]) << (32 * part);
    sums[i] = static_cast<stats::Int128>(sum);
  }
}

} // namespace blockspin::rg
