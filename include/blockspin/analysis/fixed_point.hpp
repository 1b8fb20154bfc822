#pragma once
// Sums of real numbers that do not depend on the order of the terms: integers on a common grid.

#include <cmath>
#include <cstdint>
#include <limits>

namespace blockspin::analysis {

/// Grid of 2^-30, a resolution of 10^-9: 64 bits hold sums of magnitude below 2^33.
inline constexpr double fixed_point_scale = 1073741824.0;

/// Stands for what has no place on the grid.
inline constexpr std::int64_t fixed_point_invalid = std::numeric_limits<std::int64_t>::min();
/// The grid point nearest to x, or fixed_point_invalid unless |x| < 2^20: so 2^13 terms can be added.
inline std::int64_t to_fixed_point(double x) {
  return std::abs(x) < 1048576.0 ? std::llrint(x * fixed_point_scale) : fixed_point_invalid;
}
inline double from_fixed_point(std::int64_t x) { return static_cast<double>(x) / fixed_point_scale; }

} // namespace blockspin::analysis
