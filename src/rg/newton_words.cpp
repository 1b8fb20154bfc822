#include "newton_words.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "blockspin/base/clones.hpp"
#include "blockspin/rg/coupling_sums.hpp"

namespace blockspin::rg {
namespace {

/// 1 - tanh u = (512 high + low) units, and 1 / cosh^2 u.
struct Slopes {
  std::int16_t high, low, weight;
};

/// Of u = (index - furthest) / coupling_unit; further out they are 0 or 2, and 0.
constexpr std::int32_t furthest = 16 * coupling_unit;

std::vector<Slopes> tabulate() {
  std::vector<Slopes> table;
  for (std::int32_t i = -furthest; i <= furthest; ++i) {
    const double t = std::tanh(static_cast<double>(i) / coupling_unit);
    const auto slope = std::lround((1 - t) * weight_unit * coupling_unit);
    table.push_back({static_cast<std::int16_t>(slope / 512), static_cast<std::int16_t>(slope % 512),
                     static_cast<std::int16_t>(std::lround((1 - t * t) * weight_unit))});
  }
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

BLOCKSPIN_CLONES
void add_up(const std::int16_t* x, std::size_t n_operators, const std::int32_t* point, std::uint64_t present,
            const Slopes* table, NewtonWords& out) {
  alignas(64) std::int32_t u[64] = {};
  alignas(64) std::int16_t high[64], low[64], weight[64], weighted[64];
  for (std::size_t a = 0; a < n_operators; ++a)
    for (int i = 0; i < 64; ++i) u[i] += point[a] * x[64 * a + static_cast<std::size_t>(i)];
  for (int i = 0; i < 64; ++i) {
    const bool counts = (present >> i & 1) != 0;
    const Slopes s = table[std::clamp(u[i], -furthest, furthest)];
    high[i] = counts ? s.high : std::int16_t{0};
    low[i] = counts ? s.low : std::int16_t{0};
    weight[i] = counts ? s.weight : std::int16_t{0};
  }
  for (std::size_t a = 0; a < n_operators; ++a) {
    const std::int16_t* const xa = x + 64 * a;
    out.gradient[a] = 512 * static_cast<std::int64_t>(dot(xa, high)) + dot(xa, low);
    for (int i = 0; i < 64; ++i) weighted[i] = static_cast<std::int16_t>(weight[i] * xa[i]);
    for (std::size_t b = 0; b <= a; ++b) out.information[a][b] = dot(weighted, x + 64 * b);
  }
}

} // namespace

void newton_words(const std::int16_t* x, std::size_t n_operators, const std::int32_t* point,
                  std::uint64_t present, NewtonWords& out) {
  add_up(x, n_operators, point, present, slopes(), out);
}

} // namespace blockspin::rg
