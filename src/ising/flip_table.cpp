#include "blockspin/ising/flip_table.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {

ClassScheme class_scheme(LocalUpdate update, double field, int n_neighbours) {
  return update == LocalUpdate::metropolis && field == 0.0 && n_neighbours > 2 ? ClassScheme::few_antiparallel
                                                                               : ClassScheme::spin_and_count;
}

int n_classes(ClassScheme scheme, int n_neighbours) {
  return scheme == ClassScheme::few_antiparallel ? n_neighbours / 2 : 2 * (n_neighbours + 1);
}

double flip_probability(LocalUpdate update, double temperature, double field, int n_neighbours, int spin,
                        int antiparallel) {
  const double cost = (2.0 * (n_neighbours - 2 * antiparallel) + 2.0 * field * spin) / temperature;
  if (update == LocalUpdate::heat_bath) return 1.0 / (1.0 + std::exp(cost));
  const double proposed = n_neighbours == 2 ? 0.5 : 1.0;
  return proposed * std::exp(-std::max(cost, 0.0));
}

FlipTable flip_table(LocalUpdate update, double temperature, double field, int n_neighbours) {
  require(temperature > 0.0, "local updates need a temperature above 0");
  const ClassScheme scheme = class_scheme(update, field, n_neighbours);
  FlipTable table;
  for (int k = 0; k < n_classes(scheme, n_neighbours); ++k) {
    const int spin = k > n_neighbours ? 1 : -1;
    const double p = flip_probability(update, temperature, field, n_neighbours, spin, k % (n_neighbours + 1));
    table.always.push_back(p >= 1.0);
    table.threshold.push_back(p >= 1.0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(std::ldexp(p, 64)));
  }
  return table;
}

} // namespace blockspin::ising
