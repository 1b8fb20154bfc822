#include "blockspin/rg/chain_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

std::vector<double> chain_energies(double coupling, unsigned n) {
  std::vector<double> energy(std::size_t{1} << n);
  for (std::uint64_t v = 0; v < energy.size(); ++v)
    for (unsigned i = 0; i < n; ++i) energy[v] -= coupling * spin_of(v, i) * spin_of(v, (i + 1) % n);
  return energy;
}

double kernel(double p, unsigned n_hidden, std::uint64_t v, std::uint64_t h) {
  int overlap = 0;
  for (unsigned a = 0; a < n_hidden; ++a) overlap += spin_of(h, a) * spin_of(v, 2 * a);
  return p * overlap - n_hidden * ln_2cosh(p);
}

} // namespace

ChainKernel apply_chain_kernel(double coupling, double p, unsigned n_spins) {
  require(n_spins % 2 == 0 && n_spins >= 4 && n_spins <= 16,
          "the chain kernel is enumerated on 4 to 16 spins");
  const unsigned n_hidden = n_spins / 2;
  const std::vector<double> energy = chain_energies(coupling, n_spins);
  const std::size_t n_h = std::size_t{1} << n_hidden;

  ChainKernel result{};
  std::vector<double> exponents(n_h);
  for (std::uint64_t v = 0; v < energy.size(); ++v) {
    for (std::uint64_t h = 0; h < n_h; ++h) exponents[h] = kernel(p, n_hidden, v, h);
    result.trace_error = std::max(result.trace_error, std::abs(ln_sum_exp(exponents)));
  }
  std::vector<double> renormalised(n_h);
  exponents.resize(energy.size());
  for (std::uint64_t h = 0; h < n_h; ++h) {
    for (std::uint64_t v = 0; v < energy.size(); ++v) exponents[v] = kernel(p, n_hidden, v, h) - energy[v];
    renormalised[h] = -ln_sum_exp(exponents);
  }
  result.delta_f = free_energy_of(renormalised) - free_energy_of(energy);

  const std::vector<double> couplings = couplings_of(renormalised);
  for (std::uint64_t mask = 1; mask < n_h; ++mask) {
    const bool neighbours = (mask & (mask >> 1 | (mask & 1) << (n_hidden - 1))) != 0;
    const int n_in = __builtin_popcountll(mask);
    if (n_in == 2 && neighbours)
      result.coupling = couplings[mask];
    else
      result.longest_coupling = std::max(result.longest_coupling, std::abs(couplings[mask]));
  }
  return result;
}

} // namespace blockspin::rg
