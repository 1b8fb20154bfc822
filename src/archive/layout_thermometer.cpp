#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> thermometer_rows() {
  using enum ElementType;
  const std::string stage = "thermometer";
  const Axis temperature{"temperature", "temperature"};
  return {
      {stage, "temperature", f64, {temperature}, "J/k_B", "temperatures of the classes"},
  };
}

} // namespace blockspin::archive
