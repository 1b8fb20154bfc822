#pragma once
// Exact renormalisation of a small periodic Ising lattice by a block map, by transfer over rows of blocks.

#include <cstdint>
#include <vector>

#include "blockspin/rg/block_kernel.hpp"
#include "blockspin/rg/row_weights.hpp"

namespace blockspin::rg {

/// H_RG[h] = -ln Tr_v exp(T(v,h) - H[v]) for every state of the block spins, numbered row by row. All
/// 2^(side^2) states are summed, but never listed: a block row takes 2^side x 2^side entries for each setting
/// of its block spins, and rows of blocks are multiplied. Exact to rounding; 6x6 takes milliseconds. Local.
std::vector<double> renormalised_hamiltonian(const SmallTorus& torus, const BlockKernel& kernel);

/// Translation-invariant couplings of a block Hamiltonian on a periodic square lattice of n x n block spins,
/// n 2 or 3: each the mean Walsh coefficient of its products, divided over the bonds that coincide on so
/// small a torus.
struct BlockCouplings {
  double nearest = 0;   ///< K_nn
  double diagonal = 0;  ///< K_nnn
  double plaquette = 0; ///< of the four spins of a square
  double constant = 0;  ///< per block spin
  double rest = 0;      ///< largest coefficient of any other product
};
BlockCouplings block_couplings(const std::vector<double>& hamiltonian, unsigned n);

} // namespace blockspin::rg
