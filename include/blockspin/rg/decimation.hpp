#pragma once
// Decimation of the Ising chain, exact, and the machines that carry it out level by level.

#include <cstdint>
#include <vector>

namespace blockspin::rg {

/// K' = (1/2) ln cosh 2K, that is tanh K' = tanh^2 K: the coupling left when every second spin of a chain is
/// summed over. Even in K, finite for any finite K. Local, like everything in this header.
double decimated_coupling(double coupling);

/// The inverse map, K = (1/2) arccosh exp 2K', K' >= 0 (NaN below): the weight with which a machine that has
/// one hidden spin a bond reproduces a chain of coupling K'.
double undecimated_coupling(double coupling);

/// ln(2 sqrt(cosh 2K)): what each removed spin leaves in ln Z.
double ln_removed_factor(double coupling);

/// ln Z of a periodic chain of n spins: (2 cosh K)^n + (2 sinh K)^n. n = 1 is one spin bound to itself, n = 2
/// a double bond. In logarithms, so any n; -inf never arises as the sum is positive for K >= 0.
double ring_ln_z(double coupling, std::uint64_t n);

/// One ring followed down its stack of machines, E = -K_l sum_j h_j (v_j + v_{j+1}): the hidden spins of
/// level l are a chain of coupling K_l, its visible spins one of coupling K_{l+1}.
struct DecimationFlow {
  std::vector<double> coupling; ///< [steps + 1], K_0 ... K_steps
  std::vector<double>
      removed; ///< [steps + 1], -ln of the factors of all spins removed so far, per spin of the ring
  std::vector<double> free_energy; ///< [steps + 1], removed + (-ln Z of the ring that is left), per spin: the
                                   ///< same at every level, since decimation is exact. In units of k_B T.
};

/// Decimates a ring of n_spins (a multiple of 2^steps) of coupling K >= 0.
/// Throws ErrorKind::internal otherwise.
DecimationFlow decimate(double coupling, std::uint64_t n_spins, unsigned steps);

} // namespace blockspin::rg
