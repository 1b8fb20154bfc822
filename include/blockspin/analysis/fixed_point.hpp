#pragma once
// Sums of real numbers that do not depend on the order of the terms: integers on a common grid.

#include <cmath>
#include <cstdint>
#include <limits>

namespace blockspin::analysis {

/// Grid of 2^-30: terms up to 2^32 in magnitude, 10^-9 resolution; 64 bits hold sums up to 2^33.
inline constexpr double fixed_point_scale = 1073741824.0;

/// The grid point nearest to x, or the least integer where x is not finite or a sum of terms like it could
/// overflow.
inline constexpr std::int64_t fixed_point_invalid = std::numeric_limits<std::int64_t>::min();
inline std::int64_t to_fixed_point(double x) {
  return std::abs(x) < 1048576.0 ? std::llrint(x * fixed_point_scale) : fixed_point_invalid;
}
inline double from_fixed_point(std::int64_t x) { return static_cast<double>(x) / fixed_point_scale; }

} // namespace blockspin::analysis
