#include "blockspin/base/packed.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace blockspin {

static_assert(std::endian::native == std::endian::little, "words are read from bytes as they are");

void unpack(std::span<const std::uint8_t> packed, std::span<float> out, float low, float high) {
  float fours[16][4]; // the values of half a byte: random bits make branches expensive
  for (unsigned half = 0; half < 16; ++half)
    for (unsigned i = 0; i < 4; ++i) fours[half][i] = (half >> i & 1U) != 0 ? high : low;
  const std::size_t n_whole = out.size() / 8;
  for (std::size_t byte = 0; byte < n_whole; ++byte) {
    std::memcpy(&out[8 * byte], fours[packed[byte] & 15U], sizeof fours[0]);
    std::memcpy(&out[8 * byte + 4], fours[packed[byte] >> 4], sizeof fours[0]);
  }
  for (std::size_t s = 8 * n_whole; s < out.size(); ++s) out[s] = fours[packed[s / 8] >> (s % 8) & 1U][0];
}

void pack(std::span<const float> values, std::span<std::uint8_t> out) {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  for (std::size_t s = 0; s < values.size(); ++s)
    out[s / 8] = static_cast<std::uint8_t>(out[s / 8] | (values[s] > 0.0F ? 1U : 0U) << (s % 8));
}

std::uint64_t sites_from(std::span<const std::uint8_t> packed, std::uint64_t site) {
  const std::size_t byte = site / 8, n = std::min<std::size_t>(packed.size() - byte, 9);
  std::uint64_t low = 0, high = 0;
  std::memcpy(&low, &packed[byte], std::min<std::size_t>(n, 8));
  if (site % 8 == 0) return low;
  if (n == 9) high = packed[byte + 8];
  return low >> (site % 8) | high << (64 - site % 8);
}

void set_sites(std::span<std::uint8_t> packed, std::uint64_t site, std::uint64_t bits, unsigned n) {
  std::size_t byte = site / 8;
  const auto shift = static_cast<unsigned>(site % 8);
  const std::uint64_t rest = shift == 0 ? 0 : bits >> (64 - shift); // what does not fit into 64 bits
  const std::size_t n_bytes = groups_of(shift + n, 8);
  std::uint64_t word = 0;
  std::memcpy(&word, &packed[byte], std::min<std::size_t>(n_bytes, 8));
  word |= bits << shift;
  std::memcpy(&packed[byte], &word, std::min<std::size_t>(n_bytes, 8));
  if (n_bytes == 9) packed[byte + 8] = static_cast<std::uint8_t>(packed[byte + 8] | rest);
}

} // namespace blockspin
