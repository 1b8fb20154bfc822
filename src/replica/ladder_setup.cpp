#include "blockspin/replica/ladder_setup.hpp"

#include "blockspin/ising/exact/thermodynamics.hpp"

namespace blockspin::replica {

bool starts_ordered(const LadderSetup& setup, double temperature) {
  constexpr double critical[] = {0.0, ising::exact::critical_temperature,
                                 ising::exact::cubic_critical_temperature};
  return temperature < critical[setup.geometry.n_dimensions() - 1];
}

} // namespace blockspin::replica
