#pragma once
// Couplings of a Hamiltonian given on every state of a few spins: its Walsh coefficients.

#include <cstdint>
#include <span>
#include <vector>

namespace blockspin::rg {

/// States of n spins are numbers 0 ... 2^n - 1; bit i set means spin i is +1.
inline int spin_of(std::uint64_t state, unsigned site) { return (state >> site & 1) != 0 ? 1 : -1; }

/// The unique couplings K_S of H = -sum_S K_S prod_{i in S} s_i, indexed by the bit mask of S (mask
/// 0: the constant). energy: H on all 2^n states, in units of k_B T. A fast Walsh-Hadamard
/// transform, n 2^n operations. Local.
std::vector<double> couplings_of(std::span<const double> energy);

/// -ln of the sum of exp(-energy), without overflow: the free energy in units of k_B T. Local.
double free_energy_of(std::span<const double> energy);

/// ln sum exp(values), without overflow; -inf for no values or only -inf. Local.
double ln_sum_exp(std::span<const double> values);

/// ln 2cosh x, without overflow.
double ln_2cosh(double x);

} // namespace blockspin::rg
