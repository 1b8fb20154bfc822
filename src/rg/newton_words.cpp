#include "newton_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "blockspin/base/clones.hpp"
#include "blockspin/rg/coupling_sums.hpp"

namespace blockspin::rg {
namespace {

/// 1 - tanh u and 1 / cosh^2 u in their units, each in two parts whose products with x fit in 16 or 32 bits.
constexpr int slope_bits = 14, weight_bits = 9;
struct Slopes {
  std::int16_t high, low, weight_high, weight_low;
};

/// Of u = (index - furthest) / coupling_unit; further out they are 0 or 2, and 0.
constexpr std::int32_t furthest = 16 * coupling_unit;

Slopes slopes_at(double u) {
  const double t = std::tanh(u);
  const auto slope = std::lround((1 - t) * weight_unit * coupling_unit);
  const auto weight = std::lround((1 - t * t) * weight_unit);
  return {static_cast<std::int16_t>(slope >> slope_bits),
          static_cast<std::int16_t>(slope % (1 << slope_bits)),
          static_cast<std::int16_t>(weight >> weight_bits),
          static_cast<std::int16_t>(weight % (1 << weight_bits))};
}

std::vector<Slopes> tabulate() {
  std::vector<Slopes> table;
  for (std::int32_t i = -furthest; i <= furthest; ++i)
    table.push_back(slopes_at(static_cast<double>(i) / coupling_unit));
  return table;
}

const Slopes* slopes() {
  static const std::vector<Slopes> table = tabulate();
  return table.data() + furthest;
}

inline __attribute__((always_inline)) std::int32_t dot(const std::int16_t* a, const std::int16_t* b) {
  std::int32_t sum = 0;
  for (int i = 0; i < 64; ++i) sum += static_cast<std::int32_t>(a[i]) * b[i];
  return sum;
}

/// One part of the numbers of 64 spins.
using Part = std::array<std::int16_t, 64>;

BLOCKSPIN_CLONES
void add_up(const std::int16_t* x, std::size_t n_operators, const std::int32_t* point, std::uint64_t present,
            const Slopes* table, NewtonWords& out) {
  alignas(64) std::int32_t u[64] = {};
  alignas(64) Part high, low, weight_high, weight_low, weighted_high, weighted_low;
  for (std::size_t a = 0; a < n_operators; ++a)
    for (int i = 0; i < 64; ++i) u[i] += point[a] * x[64 * a + static_cast<std::size_t>(i)];
  for (std::size_t i = 0; i < 64; ++i) {
    const bool counts = (present >> i & 1) != 0;
    const Slopes s = counts ? table[std::clamp(u[i], -furthest, furthest)] : Slopes{};
    high[i] = s.high;
    low[i] = s.low;
    weight_high[i] = s.weight_high;
    weight_low[i] = s.weight_low;
  }
  for (std::size_t a = 0; a < n_operators; ++a) {
    const std::int16_t* const xa = x + 64 * a;
    out.gradient[a] = (static_cast<std::int64_t>(dot(xa, high.data())) << slope_bits) + dot(xa, low.data());
    for (std::size_t i = 0; i < 64; ++i) {
      weighted_high[i] = static_cast<std::int16_t>(weight_high[i] * xa[i]);
      weighted_low[i] = static_cast<std::int16_t>(weight_low[i] * xa[i]);
    }
    for (std::size_t b = 0; b <= a; ++b)
      out.information[a][b] =
          (static_cast<std::int64_t>(dot(weighted_high.data(), x + 64 * b)) << weight_bits) +
          dot(weighted_low.data(), x + 64 * b);
  }
}

} // namespace

void newton_words(const std::int16_t* x, std::size_t n_operators, const std::int32_t* point,
                  std::uint64_t present, NewtonWords& out) {
  add_up(x, n_operators, point, present, slopes(), out);
}

} // namespace blockspin::rg
