#include "blockspin/deck/values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace blockspin::deck {

std::string text_of(const ResolvedValues& values, const std::string& key) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const ResolvedValue& value) { return value.key == key; });
  return found == values.end() ? std::string() : found->text;
}

bool is_temperature(double value) {
  return value == 0.0 || (value >= least_temperature && value <= most_temperature) ||
         value == std::numeric_limits<double>::infinity();
}

std::size_t find_temperature(const std::vector<double>& all, double wanted) {
  const auto matches = [&](double t) { return t == wanted || std::abs(t - wanted) < temperature_tolerance; };
  return static_cast<std::size_t>(std::find_if(all.begin(), all.end(), matches) - all.begin());
}

} // namespace blockspin::deck
