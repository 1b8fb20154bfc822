#include "bond_bits.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "blockspin/base/clones.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

constexpr std::uint64_t n_coarse = 9; // part of the meaning of a seed: changing it changes every result

/// One more bit of all uniform numbers, least significant first: `below` says where the number is below the
/// threshold so far, `equal` where it equals it.
BLOCKSPIN_CLONES void compare_bit(const std::uint64_t* random, bool threshold_bit, std::uint64_t* below,
                                  std::uint64_t* equal, std::size_t n) {
  if (threshold_bit)
    for (std::size_t i = 0; i < n; ++i) {
      below[i] |= ~random[i];
      equal[i] &= random[i];
    }
  else
    for (std::size_t i = 0; i < n; ++i) {
      below[i] &= ~random[i];
      equal[i] &= ~random[i];
    }
}

} // namespace

std::uint64_t bond_threshold(double temperature) {
  require(temperature > 0, "a cluster update needs a temperature above 0");
  const long double scaled = std::ldexp(-std::expm1(-2.0L / static_cast<long double>(temperature)), 64);
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  return scaled >= std::ldexp(1.0L, 64) - 1 ? largest : static_cast<std::uint64_t>(scaled);
}

BondBits::BondBits(const RowBlock& block, std::uint64_t threshold, const ClusterStream& random)
    : block_(block), threshold_(threshold), random_(random), coarse_(n_coarse * block.words_per_row()),
      open_(block.words_per_row()) {}

void BondBits::fill_coarse(std::uint64_t global_row, std::uint64_t sequence) {
  const int last = block_.last_axis();
  const std::uint64_t row_words = (block_.geometry.row_length() + 63) / 64,
                      base = global_row * n_coarse * row_words;
  if (!block_.is_divided(last)) return random_.generator.words(sequence, base, coarse_);
  const std::uint64_t first = block_.first[static_cast<std::size_t>(last)] / 64;
  for (std::uint64_t j = 0; j < n_coarse; ++j)
    random_.generator.words(sequence, base + j * row_words + first,
                            std::span(coarse_).subspan(j * open_.size(), open_.size()));
}

void BondBits::draw(std::uint64_t row, int axis, std::span<const std::uint64_t> candidates,
                    std::span<std::uint64_t> out) {
  fill_coarse(block_.global_row(row), random_.coarse(axis));
  std::copy(candidates.begin(), candidates.end(), open_.begin());
  std::fill(out.begin(), out.end(), std::uint64_t{0});
  for (std::uint64_t j = n_coarse; j-- > 0;)
    compare_bit(&coarse_[j * open_.size()], (threshold_ >> (63 - j) & 1) != 0, out.data(), open_.data(),
                open_.size());
  for (std::size_t w = 0; w < open_.size(); ++w) {
    out[w] &= candidates[w];
    for (std::uint64_t rest = open_[w]; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(rest));
      const std::uint64_t number =
          random_.generator.word(random_.fine(axis), block_.global_site(row, 64 * w + bit)) >> n_coarse;
      if (number < threshold_ << n_coarse >> n_coarse) out[w] |= std::uint64_t{1} << bit;
    }
  }
}

} // namespace blockspin::ising
