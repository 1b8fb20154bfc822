#pragma once
// The Ising Hamiltonian as the renormalization group meets it: a list of bonds, everything divided by k_B T.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace blockspin::rg {

using Bond = std::pair<std::uint32_t, std::uint32_t>;

/// Nearest-neighbour bonds of a periodic lattice, sites row major, one bond a site and axis (an extent of 2
/// gives double bonds, an extent of 1 none). Local.
std::vector<Bond> periodic_bonds(std::span<const std::uint64_t> extents);

/// H[v] = - coupling sum_bonds v_i v_j - field sum_i v_i, in units of k_B T.
struct SpinModel {
  std::uint64_t n_sites = 0;
  std::vector<Bond> bonds;
  double coupling = 0; ///< J / k_B T
  double field = 0;    ///< h / k_B T

  /// The sum over bonds of v_i v_j.
  std::int64_t bond_sum(std::span<const std::int8_t> spins) const;
  double hamiltonian(std::span<const std::int8_t> spins) const;
  /// H on all 2^n_sites states (bit set: spin +1); n_sites <= 24.
  std::vector<double> all_energies() const;
};

} // namespace blockspin::rg
