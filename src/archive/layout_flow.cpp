#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> flow_rows() {
  using enum ElementType;
  const std::string stage = "flow";
  const Axis start{"start", ""};
  const Axis step{"step", ""};
  const Axis temperature{"temperature", "temperature"};
  return {
      {stage, "temperature", f64, {temperature}, "J/k_B", "temperatures of the thermometer's classes"},
      {stage,
       "temperature_distribution",
       f64,
       {start, step, temperature},
       "1",
       "the thermometer's output averaged over the walkers"},
      {stage, "{quantity}/mean", f64, {start, step}, "1", "{quantity}: mean over the walkers"},
      {stage,
       "{quantity}/error",
       f64,
       {start, step},
       "1",
       "{quantity}: standard error of the mean over the walkers"},
  };
}

} // namespace blockspin::archive
