#pragma once
// The archive's packing of spins, shared by every room: one bit a spin, site s is bit s%8 of byte s/8, spin =
// 2 bit - 1.

#include <cstdint>
#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin {

/// Groups of `size` that n things fill, the last perhaps in part.
constexpr std::uint64_t groups_of(std::uint64_t n, std::uint64_t size) { return (n + size - 1) / size; }

/// Bytes of one packed configuration of n_sites spins.
constexpr std::size_t packed_bytes(std::size_t n_sites) { return groups_of(n_sites, 8); }

/// Borrowed packed configurations, shape [n, packed_bytes(n_sites)]; padding bits are zero.
struct PackedView {
  View<const std::uint8_t, 2> bytes;
  std::size_t n_sites = 0;

  std::size_t n_configurations() const { return bytes.extent(0); }
  /// n configurations from number `first` on.
  PackedView part(std::size_t first, std::size_t n) const {
    return {{bytes.data() + first * bytes.extent(1), {n, bytes.extent(1)}}, n_sites};
  }
  /// The bit (0 or 1) of `site` in configuration `i`.
  int bit(std::size_t i, std::size_t site) const { return bytes(i, site / 8) >> (site % 8) & 1; }
  int spin(std::size_t i, std::size_t site) const { return 2 * bit(i, site) - 1; }
};

/// Unpacks one configuration: out[s] = low for a 0 bit, high for a 1 bit. out.size() is the number of sites.
void unpack(std::span<const std::uint8_t> packed, std::span<float> out, float low, float high);
/// Packs out.size() = packed_bytes(bits.size()) bytes from values > 0 (1) or not
/// (0). Padding bits become zero.
void pack(std::span<const float> values, std::span<std::uint8_t> out);

/// 64 bits of a packed configuration from `site` on, site + i in bit i; beyond the last byte they are 0.
std::uint64_t sites_from(std::span<const std::uint8_t> packed, std::uint64_t site);
/// Sets those of the n sites from `site` on whose bit is 1; no other site changes. bits: 0 from bit n on, n
/// <= 64.
void set_sites(std::span<std::uint8_t> packed, std::uint64_t site, std::uint64_t bits, unsigned n);

} // namespace blockspin
