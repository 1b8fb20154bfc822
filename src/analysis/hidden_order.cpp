#include "blockspin/analysis/hidden_order.hpp"

#include <cmath>
#include <limits>

namespace blockspin::analysis {

HiddenOrder::HiddenOrder(const lattice::Geometry& geometry, const FieldShapes& shapes) {
  for (std::size_t j = 0; j < shapes.orientation.size(); ++j)
    if (!std::isnan(shapes.orientation[j])) units_.push_back({j, 0, shapes.orientation[j] < 0 ? -1.0 : 1.0});
  for (std::size_t a = 0; a < units_.size(); ++a) {
    double shortest = std::numeric_limits<double>::infinity();
    for (std::size_t b = 0; b < units_.size(); ++b) {
      double distance = 0;
      for (std::size_t axis = 0; axis < shapes.centre.extent(1); ++axis) {
        const double extent = static_cast<double>(geometry.extent(static_cast<int>(axis)));
        const double d = shapes.centre(units_[a].index, axis) - shapes.centre(units_[b].index, axis);
        distance += std::pow(d - extent * std::round(d / extent), 2);
      }
      if (a != b && distance < shortest) {
        shortest = distance;
        units_[a].nearest = b;
      }
    }
  }
}

HiddenOrder::Values HiddenOrder::measure(std::span<const float> hidden) const {
  const double n = static_cast<double>(units_.size());
  double sum = 0, squares = 0, neighbours = 0;
  for (const Unit& unit : units_) {
    const Unit& other = units_[unit.nearest];
    const double spin = unit.sign * hidden[unit.index];
    sum += spin;
    squares += spin * spin;
    neighbours += spin * other.sign * hidden[other.index];
  }
  return {std::abs(sum) / n, n < 2 ? std::numeric_limits<double>::quiet_NaN() : neighbours / n,
          (sum * sum - squares) / (n * (n - 1))};
}

} // namespace blockspin::analysis
