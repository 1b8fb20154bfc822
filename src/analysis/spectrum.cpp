#include "blockspin/analysis/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <slepcsvd.h>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/check.hpp"
#include "blockspin/petsc/handle.hpp"

namespace blockspin::analysis {

namespace {

using MatHandle = petsc::Handle<Mat, MatDestroy>;
using SvdHandle = petsc::Handle<SVD, SVDDestroy>;
using VecHandle = petsc::Handle<Vec, VecDestroy>;

void require_finite(View<const double, 2> matrix) {
  const auto all = matrix.flat();
  if (!std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); }))
    throw_agreed(ErrorKind::numerical, "a weight matrix that is not finite has no singular values");
}

/// PETSc's dense matrices are column major.
MatHandle dense_copy(View<const double, 2> matrix) {
  const auto rows = static_cast<PetscInt>(matrix.extent(0)),
             columns = static_cast<PetscInt>(matrix.extent(1));
  MatHandle dense;
  BLOCKSPIN_PETSC(MatCreateSeqDense(PETSC_COMM_SELF, rows, columns, nullptr, dense.out()));
  PetscScalar* values = nullptr;
  BLOCKSPIN_PETSC(MatDenseGetArrayWrite(dense, &values));
  for (PetscInt j = 0; j < columns; ++j)
    for (PetscInt i = 0; i < rows; ++i) values[j * rows + i] = matrix(i, j);
  BLOCKSPIN_PETSC(MatDenseRestoreArrayWrite(dense, &values));
  BLOCKSPIN_PETSC(MatAssemblyBegin(dense, MAT_FINAL_ASSEMBLY));
  BLOCKSPIN_PETSC(MatAssemblyEnd(dense, MAT_FINAL_ASSEMBLY));
  return dense;
}

SvdHandle solve(Mat matrix, PetscInt n_values) {
  SvdHandle svd;
  BLOCKSPIN_PETSC(SVDCreate(PETSC_COMM_SELF, svd.out()));
  BLOCKSPIN_PETSC(SVDSetOperators(svd, matrix, nullptr));
  BLOCKSPIN_PETSC(SVDSetType(svd, SVDLAPACK));
  BLOCKSPIN_PETSC(SVDSetDimensions(svd, n_values, PETSC_DEFAULT, PETSC_DEFAULT));
  BLOCKSPIN_PETSC(SVDSolve(svd));
  PetscInt n_converged = 0;
  BLOCKSPIN_PETSC(SVDGetConverged(svd, &n_converged));
  if (n_converged < n_values) // SLEPc does not call this an error
    throw_agreed(ErrorKind::numerical, "only " + std::to_string(n_converged) + " of " +
                                           std::to_string(n_values) + " singular values converged");
  return svd;
}

void copy_out(Vec vector, std::span<double> out) {
  const PetscScalar* values = nullptr;
  BLOCKSPIN_PETSC(VecGetArrayRead(vector, &values));
  std::copy_n(values, out.size(), out.begin());
  BLOCKSPIN_PETSC(VecRestoreArrayRead(vector, &values));
}

void fix_sign(std::span<double> left, std::span<double> right) {
  const auto largest = std::max_element(left.begin(), left.end(),
                                        [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest >= 0) return;
  for (double& x : left) x = -x;
  for (double& x : right) x = -x;
}

} // namespace

Spectrum decompose(View<const double, 2> matrix) {
  require_finite(matrix);
  const std::size_t n_visible = matrix.extent(0), n_hidden = matrix.extent(1);
  const std::size_t n = std::min(n_visible, n_hidden);
  const MatHandle dense = dense_copy(matrix);
  const SvdHandle svd = solve(dense, static_cast<PetscInt>(n));
  VecHandle left, right;
  BLOCKSPIN_PETSC(MatCreateVecs(dense, right.out(), left.out()));
  Spectrum spectrum{std::vector<double>(n), Array<double, 2>({n, n_visible}),
                    Array<double, 2>({n, n_hidden})};
  for (std::size_t k = 0; k < n; ++k) {
    BLOCKSPIN_PETSC(
        SVDGetSingularTriplet(svd, static_cast<PetscInt>(k), &spectrum.singular_value[k], left, right));
    copy_out(left, spectrum.left_vector.row(k));
    copy_out(right, spectrum.right_vector.row(k));
    fix_sign(spectrum.left_vector.row(k), spectrum.right_vector.row(k));
  }
  return spectrum;
}

} // namespace blockspin::analysis
