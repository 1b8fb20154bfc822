#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> likelihood_rows() {
  using enum ElementType;
  const std::string stage = "likelihood";
  const Axis temperature{"temperature", "temperature"};
  return {
      {stage, "temperature", f64, {temperature}, "J/k_B", "temperatures of the sample"},
      {stage, "ln_z", f64, {}, "1", "logarithm of the partition function of the machine"},
      {stage, "ln_z_error", f64, {}, "1", "standard error of ln_z; 0 where it is exact"},
  };
}

} // namespace blockspin::archive
