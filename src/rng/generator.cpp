#include "blockspin/rng/generator.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "blockspin/base/error.hpp"
#include "fill_kernels.hpp"

namespace blockspin::rng {

namespace {
__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t instance_mask = (std::uint64_t{1} << 48) - 1;
} // namespace

std::uint64_t instance_number(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return (hash >> 48) ^ (hash & instance_mask);
}

Generator::Generator(std::uint64_t seed, StreamId stream, std::uint64_t instance)
    : key_low_(seed), key_high_(static_cast<std::uint64_t>(stream) << 48 | (instance & instance_mask)) {}

std::uint64_t Generator::word(std::uint64_t sequence, std::uint64_t index) const {
  std::uint64_t one = 0;
  words(sequence, index, {&one, 1});
  return one;
}

void Generator::words(std::uint64_t sequence, std::uint64_t first, std::span<std::uint64_t> out) const {
  static const FillKernels& kernels = fill_kernels[best_instruction_set()];
  kernels.fill({key_low_, key_high_}, sequence, first, out.data(), out.size());
}

double Generator::uniform(std::uint64_t sequence, std::uint64_t index) const {
  return static_cast<double>(word(sequence, index) >> 11) * 0x1p-53;
}

void Generator::uniforms(std::uint64_t sequence, std::uint64_t first, std::span<float> out) const {
  require(first % 2 == 0, "uniforms must start at an even index");
  std::array<std::uint64_t, 256> buffer;
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t n = std::min(out.size() - done, 2 * buffer.size());
    words(sequence, (first + done) / 2, {buffer.data(), (n + 1) / 2});
    const auto halves = std::bit_cast<std::array<std::uint32_t, 512>>(buffer);
    static_assert(std::endian::native == std::endian::little);
    for (std::size_t i = 0; i < n; ++i)
      out[done + i] = (static_cast<float>(static_cast<std::int32_t>(halves[i] >> 9)) + 0.5F) * 0x1p-23F;
    done += n;
  }
}

double Generator::normal(std::uint64_t sequence, std::uint64_t index) const {
  std::uint64_t pair[2];
  words(sequence, 2 * index, pair);
  const double radius = std::sqrt(-2.0 * std::log((static_cast<double>(pair[0] >> 11) + 0.5) * 0x1p-53));
  return radius * std::cos(2.0 * std::numbers::pi * static_cast<double>(pair[1] >> 11) * 0x1p-53);
}

std::uint64_t Generator::below(std::uint64_t sequence, std::uint64_t index, std::uint64_t n) const {
  return static_cast<std::uint64_t>(static_cast<Wide>(word(sequence, index)) * n >> 64);
}

} // namespace blockspin::rng
