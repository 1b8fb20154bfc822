#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

std::vector<Row> decimation_rows() {
  using enum ElementType;
  const std::string stage = "decimation";
  const Axis chain{"chain", ""};
  const Axis step{"step", ""};
  return {
      {stage,
       "coupling",
       f64,
       {chain, step},
       "1",
       "nearest neighbour coupling K = J/(k_B T) after each decimation"},
      {stage, "free_energy", f64, {chain, step}, "1", "free energy -ln Z per spin of the original chain"},
  };
}

} // namespace blockspin::archive
