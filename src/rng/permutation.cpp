#include "blockspin/rng/permutation.hpp"

#include <bit>
#include <utility>

#include "blockspin/base/error.hpp"

namespace blockspin::rng {

namespace {

/// A fixed mixing of 64 bits (the finaliser of MurmurHash3), the Feistel network's round function.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD;
  x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53;
  return x ^ x >> 33;
}

} // namespace

Permutation::Permutation(const Generator& generator, std::uint64_t sequence, std::uint64_t n)
    : n_(n), half_bits_((static_cast<unsigned>(std::bit_width(n > 1 ? n - 1 : 1)) + 1) / 2), keys_{} {
  generator.words(sequence, 0, keys_);
}

std::uint64_t Permutation::operator()(std::uint64_t i) const {
  require(i < n_, "permutation index out of range");
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {
    std::uint64_t left = i >> half_bits_, right = i & mask;
    for (const std::uint64_t key : keys_) left = std::exchange(right, left ^ (mixed(right ^ key) & mask));
    i = left << half_bits_ | right;
  } while (i >= n_);
  return i;
}

} // namespace blockspin::rng
