#include "blockspin/replica/ladder_setup.hpp"

namespace blockspin::replica {

bool starts_ordered(const LadderSetup& setup, double temperature) {
  constexpr double critical_temperature[] = {0.0, 2.269185314213022, 4.5115};
  return temperature < critical_temperature[setup.geometry.n_dimensions() - 1];
}

} // namespace blockspin::replica
