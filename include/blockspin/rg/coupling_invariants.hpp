#pragma once
// What can be said of the couplings of a few spins whose numbers and signs mean nothing.

#include <span>
#include <vector>

namespace blockspin::rg {

/// Neither a renumbering of the spins nor turning any of them changes these.
struct CouplingInvariants {
  double pair_sum = 0; ///< sum of all pair couplings, the spins turned so that it is largest
  std::vector<double>
      strength; ///< [k]: root of the sum of squared couplings of all products of 2 k + 2 spins
};

/// hamiltonian: H on all 2^n states, n from 2 to 16, with H(-s) = H(s). The pair sum takes 2^(n-1) n^2 / 2
/// operations. Local.
CouplingInvariants coupling_invariants(std::span<const double> hamiltonian);

} // namespace blockspin::rg
