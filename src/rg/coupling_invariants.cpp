#include "blockspin/rg/coupling_invariants.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// Sum of K_ij s_i s_j over all pairs: of couplings by mask, in a state.
double pair_energy(std::span<const double> couplings, unsigned n_spins, std::uint64_t state) {
  double sum = 0;
  for (unsigned i = 0; i < n_spins; ++i)
    for (unsigned j = 0; j < i; ++j)
      sum += couplings[(std::uint64_t{1} << i) | (std::uint64_t{1} << j)] * spin_of(state, i) *
             spin_of(state, j);
  return sum;
}

} // namespace

CouplingInvariants coupling_invariants(std::span<const double> hamiltonian) {
  const auto n_spins = static_cast<unsigned>(std::countr_zero(hamiltonian.size()));
  require(std::has_single_bit(hamiltonian.size()) && n_spins >= 2 && n_spins <= 16,
          "invariants are those of 2 to 16 spins");
  const auto couplings = couplings_of(hamiltonian);
  CouplingInvariants invariants{-std::numeric_limits<double>::infinity(),
                                std::vector<double>(n_spins / 2, 0.0)};
  // Turning spins is looking at another state; a flip of all is the same.
  for (std::uint64_t state = 0; state < hamiltonian.size() / 2; ++state)
    invariants.pair_sum = std::max(invariants.pair_sum, pair_energy(couplings, n_spins, state));
  for (std::uint64_t product = 1; product < couplings.size(); ++product)
    if (const auto n = static_cast<unsigned>(std::popcount(product)); n % 2 == 0)
      invariants.strength[n / 2 - 1] += couplings[product] * couplings[product];
  for (double& strength : invariants.strength) strength = std::sqrt(strength);
  return invariants;
}

} // namespace blockspin::rg
