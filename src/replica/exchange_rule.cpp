#include "blockspin/replica/exchange_rule.hpp"

#include <cmath>

namespace blockspin::replica {

namespace {

/// exp(-x) as a 64-bit fraction, x > 0. In a field x may be a crumb of rounding, whose exponential is 1.
std::uint64_t fraction(double x) {
  const double scaled = std::ldexp(std::exp(-x), 64);
  return scaled >= 0x1p64 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(scaled);
}

/// Tables beyond this are not worth their memory; the exponential is taken instead.
constexpr std::size_t longest_table = 4096;

} // namespace

ExchangeRule::ExchangeRule(const lattice::Geometry& geometry, std::span<const double> temperatures,
                           double field)
    : field_(field) {
  for (std::size_t i = 0; i + 1 < temperatures.size(); ++i) {
    Pair pair{1.0 / temperatures[i] - 1.0 / temperatures[i + 1], {}, geometry.n_bonds() <= longest_table};
    const std::size_t length = std::min<std::size_t>(geometry.n_bonds(), longest_table);
    for (std::size_t n = 1; n <= length; ++n)
      pair.threshold.push_back(fraction(2.0 * static_cast<double>(n) * pair.inverse_difference));
    pairs_.push_back(std::move(pair));
  }
}

bool ExchangeRule::accepts(std::size_t index, const Reading& lower, const Reading& upper,
                           std::uint64_t random) const {
  const Pair& pair = pairs_[index];
  const auto bonds = static_cast<std::int64_t>(upper.antiparallel - lower.antiparallel);
  if (field_ == 0.0) {
    if (bonds <= 0) return true;
    const auto n = static_cast<std::size_t>(bonds);
    if (n <= pair.threshold.size()) return random < pair.threshold[n - 1];
  }
  const auto ups = static_cast<std::int64_t>(upper.up - lower.up);
  const double against =
      pair.inverse_difference * (2.0 * static_cast<double>(bonds) - 2.0 * field_ * static_cast<double>(ups));
  return against <= 0.0 || random < fraction(against);
}

std::uint64_t ExchangeRule::accepted(std::size_t index, std::span<const Reading, 64> lower,
                                     std::span<const Reading, 64> upper,
                                     std::span<const std::uint64_t, 64> random) const {
  const Pair& pair = pairs_[index];
  std::uint64_t mask = 0;
  if (field_ != 0.0 || !pair.is_complete) {
    for (std::size_t b = 0; b < 64; ++b)
      mask |= std::uint64_t{accepts(index, lower[b], upper[b], random[b])} << b;
    return mask;
  }
  // Without a branch: at every sweep this runs for half of all ladders and temperatures.
  const std::uint64_t* const threshold = pair.threshold.data();
  for (std::size_t b = 0; b < 64; ++b) {
    const auto bonds = static_cast<std::int64_t>(upper[b].antiparallel - lower[b].antiparallel);
    const std::int64_t above = bonds - 1;
    const bool free = above < 0;
    const bool drawn = random[b] < threshold[free ? 0 : above];
    mask |= static_cast<std::uint64_t>(free | drawn) << b;
  }
  return mask;
}

ByteThresholds ExchangeRule::byte_thresholds(std::size_t index) const {
  std::uint64_t first_byte[256]; // of the threshold for n, which falls with n
  first_byte[0] = 255;
  for (std::size_t n = 1; n < 256; ++n)
    first_byte[n] = fraction(2.0 * static_cast<double>(n) * pairs_[index].inverse_difference) >> 56;
  ByteThresholds result{};
  for (std::size_t byte = 0; byte < 256; ++byte)
    for (std::size_t n = 1; n < 256 && first_byte[n] >= byte; ++n) {
      result.perhaps[byte] = static_cast<std::uint8_t>(n);
      // The last stands for all beyond, whose thresholds are lower still.
      if (first_byte[n] > byte && n < 255) result.sure[byte] = static_cast<std::uint8_t>(n);
    }
  return result;
}

} // namespace blockspin::replica
