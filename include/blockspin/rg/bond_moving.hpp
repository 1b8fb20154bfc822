#pragma once
// Kadanoff's lower bound: potentials moved between equivalent places until the spins
// fall apart into small clusters.

#include <span>
#include <vector>

#include "blockspin/rg/block_transfer.hpp"

namespace blockspin::rg {

/// The bond-moving renormalisation of a torus by Kadanoff's normalised kernel of strengths lambda, one a
/// class of sites (block_kernel.hpp).
/// Every bond, and the ln 2cosh that normalises the kernel, is moved onto clusters of b x b spins that
/// straddle the corners of four blocks; each cluster then meets four block spins only and is summed on its
/// own. What is moved, V, averages to zero by translation invariance, so Z_moved = Z <exp V> >= Z exp <V> =
/// Z: F_moved <= F_v for any lambda. (L. P. Kadanoff, Phys. Rev. Lett. 34, 1005 (1975); for 2x2 blocks this
/// is his lower-bound transformation.)
struct MovedBound {
  double free_energy = 0;           ///< F_moved in units of k_B T, of the whole torus
  std::vector<double> gradient;     ///< dF_moved / d lambda, one a class
  std::vector<double> renormalised; ///< H_RG of the moved problem, by block state
};
MovedBound moved_bound(const SmallTorus& torus, unsigned block_side, std::span<const double> lambda);

/// The lambda that makes the bound highest, found with TAO from `start`, and the bound there. Local: every
/// rank runs it alike. Throws ErrorKind::numerical where TAO does not converge.
struct BestBound {
  std::vector<double> lambda;
  MovedBound bound;
  int iterations = 0;
};
BestBound best_moved_bound(const SmallTorus& torus, unsigned block_side, std::vector<double> start);

} // namespace blockspin::rg
