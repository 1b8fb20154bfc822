#include "blockspin/base/estimate_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace blockspin {

std::string estimate_text(double value, double error) {
  constexpr double two_digits_below = 1.95; // 1.95 would be shown as 2
  if (!std::isfinite(value) || !std::isfinite(error) || error <= 0) return fmt::format("{:.4g}", value);
  const double power = std::floor(std::log10(error));
  const int digits = -static_cast<int>(power) + (error / std::pow(10.0, power) < two_digits_below ? 1 : 0);
  const double shown = digits > 0 ? std::round(error * std::pow(10.0, digits)) : std::round(error);
  return fmt::format("{:.{}f}({:.0f})", value, std::max(digits, 0), shown);
}

} // namespace blockspin
