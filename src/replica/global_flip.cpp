#include "blockspin/replica/global_flip.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::replica {

GlobalFlip::GlobalFlip(const LadderSetup& setup)
    : n_sites_(static_cast<std::int64_t>(setup.geometry.n_sites())), field_(setup.field),
      temperatures_(setup.temperatures),
      random_(setup.seed, rng::StreamId::sample_global_flip, setup.instance) {
  require(field_ != 0.0, "without a field a configuration and its opposite are equally likely");
  for (const double t : temperatures_) {
    limits_.push_back(limits(t));
    last_turn_.push_back(most_along(t, 1));
  }
}

std::int64_t GlobalFlip::along(std::uint64_t up) const {
  const auto n = static_cast<std::int64_t>(up);
  return field_ > 0 ? n : n_sites_ - n;
}

std::uint64_t GlobalFlip::threshold(double temperature, std::int64_t n_along) const {
  const double cost = 2 * std::abs(field_) * static_cast<double>(2 * n_along - n_sites_) / temperature;
  const double scaled = std::ldexp(1 / (1 + std::exp(cost)), 64);
  return scaled >= 0x1p64 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(scaled);
}

std::int64_t GlobalFlip::most_along(double temperature, std::uint64_t least) const {
  std::int64_t low = -1, high = n_sites_;
  while (low < high) {
    const std::int64_t middle = high - (high - low) / 2;
    if (threshold(temperature, middle) >= least)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

GlobalFlip::Limits GlobalFlip::limits(double temperature) const {
  Limits result;
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    result.sure[byte] = byte == 255 ? -1 : most_along(temperature, (byte + 1) << 56);
    result.perhaps[byte] = most_along(temperature, byte << 56);
  }
  return result;
}

bool GlobalFlip::turns(std::size_t temperature, std::uint64_t up, std::uint64_t sweep,
                       std::uint64_t place) const {
  const std::int64_t n = along(up);
  return n <= last_turn_[temperature] &&
         random_.word(sweep, place) < threshold(temperatures_[temperature], n);
}

std::uint64_t GlobalFlip::turned(std::size_t temperature, std::span<const Reading, 64> readings,
                                 std::uint64_t sweep, std::uint64_t first_place) const {
  std::int64_t n[64], least = n_sites_;
  for (std::size_t b = 0; b < 64; ++b) {
    n[b] = along(readings[b].up);
    least = std::min(least, n[b]);
  }
  if (least > last_turn_[temperature]) return 0; // as in a strong field at nearly every sweep
  std::uint64_t random[64], mask = 0, open = 0;
  random_.words(sweep, first_place, random);
  const Limits& limits = limits_[temperature];
  for (std::size_t b = 0; b < 64; ++b) {
    const std::uint64_t byte = random[b] >> 56;
    mask |= std::uint64_t{n[b] <= limits.sure[byte]} << b;
    open |= std::uint64_t{n[b] <= limits.perhaps[byte]} << b;
  }
  for (open &= ~mask; open != 0; open &= open - 1) {
    const auto b = static_cast<std::size_t>(std::countr_zero(open));
    mask |= std::uint64_t{random[b] < threshold(temperatures_[temperature], n[b])} << b;
  }
  return mask;
}

} // namespace blockspin::replica
