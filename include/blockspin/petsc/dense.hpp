#pragma once
// Small dense matrices by the LAPACK that PETSc was built with.

#include <complex>
#include <optional>
#include <vector>

#include "blockspin/base/array.hpp"

namespace blockspin::petsc {

/// X with A X = B for a symmetric positive definite A, by Cholesky after scaling the diagonal of A to 1.
/// Nothing where A is not positive definite within rounding: where a row is explained by those before it to
/// 1e-10, or an entry is not finite. Local.
std::optional<Array<double, 2>> solve_positive(View<const double, 2> a, View<const double, 2> b);

/// X with A X = B for any square A, by LU with partial pivoting. Nothing where A is singular or an entry is not
/// finite. Local.
std::optional<Array<double, 2>> solve(View<const double, 2> a, View<const double, 2> b);

/// All eigenvalues of a square matrix, largest modulus first; of a complex pair the one with positive
/// imaginary part first. Local. Throws ErrorKind::numerical where LAPACK does not converge, as with entries
/// that are not finite.
std::vector<std::complex<double>> eigenvalues(View<const double, 2> matrix);

/// Of a symmetric matrix: eigenvalues, decreasing, and orthonormal eigenvectors.
struct Eigenpairs {
  std::vector<double> value;
  Array<double, 2> vector; ///< [pair, component]; of each the component of largest modulus is positive
};
/// The n largest ones; the same bits from the same matrix. Local. Throws ErrorKind::numerical where LAPACK does not
/// converge, as with entries that are not finite.
Eigenpairs leading_eigenpairs(View<const double, 2> matrix, std::size_t n);

} // namespace blockspin::petsc
