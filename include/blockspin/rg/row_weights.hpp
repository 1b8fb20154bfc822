#pragma once
// The transfer matrix of a small torus, row by row, in plain dense matrices of at most 64 x 64.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace blockspin::rg {

/// A square periodic Ising lattice of `side` x `side` spins, side 2 to 6.
struct SmallTorus {
  unsigned side = 4;
  double coupling = 0; ///< J / k_B T
};

using Matrix = std::vector<double>; ///< n x n, row major
Matrix times(const Matrix& a, const Matrix& b, std::size_t n);
double trace_of_product(const Matrix& a, const Matrix& b, std::size_t n);

/// Boltzmann weights of rows, n = 2^side states each (bit set: +1), divided by the largest, exp(K side).
struct RowWeights {
  std::size_t n;
  Matrix vertical;                ///< between a row and the next
  std::vector<double> horizontal; ///< within a row
};
RowWeights row_weights(const SmallTorus& torus);
/// ln of what row_weights() divides out of the whole torus: 2 K side^2.
double removed_scale(const SmallTorus& torus);

/// Sum over bonds of v_i v_j of one state, bit row * side + column set: +1.
int bond_sum(const SmallTorus& torus, std::uint64_t state);

/// ln Z of the torus. Local.
double ln_z(const SmallTorus& torus);
/// d ln Z / dK = <sum over bonds of v_i v_j>, from the same matrices. Local.
double ln_z_slope(const SmallTorus& torus);

} // namespace blockspin::rg
