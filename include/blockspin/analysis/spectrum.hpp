#pragma once
// Singular values and vectors of a weight matrix.

#include <vector>

#include "blockspin/base/array.hpp"

namespace blockspin::analysis {

/// W = sum_k s_k l_k r_k^T. The eigenvalues of W W^T are s_k^2, its eigenvectors the l_k.
struct Spectrum {
  std::vector<double> singular_value; ///< [k], decreasing; k < min(visible, hidden)
  Array<double, 2> left_vector;       ///< [k, visible], orthonormal rows
  Array<double, 2> right_vector;      ///< [k, hidden], orthonormal rows
};

/// The full singular value decomposition of `matrix` [visible, hidden] in double precision, by SLEPc's LAPACK
/// solver on PETSC_COMM_SELF: called alike on every rank it gives the same bits. The sign of each pair is
/// fixed by making the entry of l_k of largest magnitude (the first, among equals) positive. Throws
/// ErrorKind::numerical where fewer pairs converged than asked for, or the matrix is not finite. Local.
Spectrum decompose(View<const double, 2> matrix);

} // namespace blockspin::analysis
