#pragma once
// Kadanoff's soft decimation of a chain: T(v,h) = p sum_a h_a v_2a - (N/2) ln 2cosh p.

namespace blockspin::rg {

/// What the kernel of strength p makes of a periodic chain, every number from enumeration of all states.
struct ChainKernel {
  double trace_error;      ///< largest |ln Tr_h exp T(v)| over all v: zero for any p, the trace condition
  double delta_f;          ///< F_h - F_v in units of k_B T: zero with the trace condition
  double coupling;         ///< nearest-neighbour coupling of H_RG[h]; (1/2) ln cosh 2K as p -> infinity
  double longest_coupling; ///< largest |coupling| of any other product of spins: zero as p -> infinity
};

/// A chain of n_spins (even, 6 to 16) of coupling K. Cost 2^(3n/2) exponentials. Throws ErrorKind::internal
/// outside these sizes. Local. Equation: Mehta & Schwab 2014, section on one dimension.
ChainKernel apply_chain_kernel(double coupling, double p, unsigned n_spins);

} // namespace blockspin::rg
