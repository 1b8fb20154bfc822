#include "blockspin/base/packed.hpp"

#include <algorithm>
#include <cstring>

namespace blockspin {

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

} // namespace blockspin
