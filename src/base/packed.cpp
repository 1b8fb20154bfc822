#include "blockspin/base/packed.hpp"

#include <algorithm>

namespace blockspin {

void unpack(std::span<const std::uint8_t> packed, std::span<float> out, float low, float high) {
  const float values[2] = {low, high};
  for (std::size_t s = 0; s < out.size(); ++s) out[s] = values[packed[s / 8] >> (s % 8) & 1];
}

void pack(std::span<const float> values, std::span<std::uint8_t> out) {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  for (std::size_t s = 0; s < values.size(); ++s)
    out[s / 8] = static_cast<std::uint8_t>(out[s / 8] | (values[s] > 0.0F ? 1U : 0U) << (s % 8));
}

} // namespace blockspin
