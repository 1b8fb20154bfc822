#include "blockspin/rg/couplings.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {

std::vector<double> couplings_of(std::span<const double> energy) {
  require(std::has_single_bit(energy.size()), "a Hamiltonian of n spins has 2^n values");
  std::vector<double> values(energy.begin(), energy.end());
  // Each pass turns (f at spin -1, f at spin +1) into (even part, odd part) of one spin.
  for (std::size_t half = 1; half < values.size(); half *= 2)
    for (std::size_t s = 0; s < values.size(); ++s)
      if ((s & half) == 0) {
        const double down = values[s], up = values[s | half];
        values[s] = (up + down) / 2;
        values[s | half] = (up - down) / 2;
      }
  for (double& value : values) value = -value;
  return values;
}

double ln_sum_exp(std::span<const double> values) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double value : values) largest = std::max(largest, value);
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

double free_energy_of(std::span<const double> energy) {
  std::vector<double> exponents(energy.begin(), energy.end());
  for (double& exponent : exponents) exponent = -exponent;
  return -ln_sum_exp(exponents);
}

double ln_2cosh(double x) {
  const double a = std::abs(x);
  return a + std::log1p(std::exp(-2 * a));
}

} // namespace blockspin::rg
