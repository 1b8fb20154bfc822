#include "blockspin/petsc/dense.hpp"

#include <algorithm>
#include <cmath>

#include <petscsys.h>

#include <petscblaslapack.h> // after the types it speaks of

#include "blockspin/base/error.hpp"

namespace blockspin::petsc {
namespace {

using Size = PetscBLASInt;

bool is_finite(View<const double, 2> matrix) {
  const auto all = matrix.flat();
  return std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); });
}

} // namespace

std::optional<Array<double, 2>> solve_positive(View<const double, 2> a, View<const double, 2> b) {
  require(a.extent(0) == a.extent(1) && b.extent(0) == a.extent(0), "a square system has as many rows");
  if (!is_finite(a) || !is_finite(b)) return {};
  const std::size_t rows = a.extent(0), columns = b.extent(1);
  std::vector<double> scale, factor(rows * rows), x(rows * columns); // column major, as LAPACK wants
  for (std::size_t i = 0; i < rows; ++i) {
    if (!(a(i, i) > 0)) return {};
    scale.push_back(1 / std::sqrt(a(i, i)));
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < rows; ++j) factor[j * rows + i] = scale[i] * a(i, j) * scale[j];
    for (std::size_t j = 0; j < columns; ++j) x[j * rows + i] = scale[i] * b(i, j);
  }
  const Size n = static_cast<Size>(rows), n_right = static_cast<Size>(columns);
  Size info = 0;
  LAPACKpotrf_("L", &n, factor.data(), &n, &info);
  if (info != 0) return {};
  for (std::size_t i = 0; i < rows; ++i)
    if (factor[i * rows + i] * factor[i * rows + i] < 1e-10) return {}; // what the rows before do not explain
  LAPACKpotrs_("L", &n, &n_right, factor.data(), &n, x.data(), &n, &info);
  require(info == 0, "LAPACK refused a triangular solve");
  Array<double, 2> result({rows, columns});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) result(i, j) = scale[i] * x[j * rows + i];
  return result;
}

std::vector<std::complex<double>> eigenvalues(View<const double, 2> matrix) {
  require(matrix.extent(0) == matrix.extent(1), "eigenvalues are of square matrices");
  const Size n = static_cast<Size>(matrix.extent(0)), n_work = 8 * n;
  if (n == 0) return {};
  std::vector<double> a(matrix.flat().begin(), matrix.flat().end()); // the transposed matrix has the same
  std::vector<double> real(matrix.extent(0)), imaginary(matrix.extent(0)), work(8 * matrix.extent(0));
  const Size one = 1;
  Size info = is_finite(matrix) ? 0 : 1;
  if (info == 0)
    LAPACKgeev_("N", "N", &n, a.data(), &n, real.data(), imaginary.data(), nullptr, &one, nullptr, &one,
                work.data(), &n_work, &info);
  if (info != 0) throw Error(ErrorKind::numerical, "the eigenvalues of a matrix did not converge");
  std::vector<std::complex<double>> values;
  for (std::size_t i = 0; i < real.size(); ++i) values.emplace_back(real[i], imaginary[i]);
  std::stable_sort(values.begin(), values.end(),
                   [](const auto& left, const auto& right) { return std::norm(left) > std::norm(right); });
  return values;
}

} // namespace blockspin::petsc
