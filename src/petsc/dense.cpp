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

std::vector<double> column_major(View<const double, 2> matrix) {
  std::vector<double> out(matrix.size());
  for (std::size_t i = 0; i < matrix.extent(0); ++i)
    for (std::size_t j = 0; j < matrix.extent(1); ++j) out[j * matrix.extent(0) + i] = matrix(i, j);
  return out;
}

Array<double, 2> row_major(std::span<const double> columns, const Shape<2>& shape) {
  Array<double, 2> out(shape);
  for (std::size_t i = 0; i < shape[0]; ++i)
    for (std::size_t j = 0; j < shape[1]; ++j) out(i, j) = columns[j * shape[0] + i];
  return out;
}

} // namespace

std::optional<Array<double, 2>> solve_positive(View<const double, 2> a, View<const double, 2> b) {
  require(a.extent(0) == a.extent(1) && b.extent(0) == a.extent(0), "a square system has as many rows");
  if (!is_finite(a) || !is_finite(b)) return {};
  const std::size_t rows = a.extent(0), columns = b.extent(1);
  std::vector<double> scale, factor = column_major(a), x = column_major(b);
  for (std::size_t i = 0; i < rows; ++i) {
    if (!(a(i, i) > 0)) return {};
    scale.push_back(1 / std::sqrt(a(i, i)));
  }
  for (std::size_t i = 0; i < factor.size(); ++i) factor[i] *= scale[i / rows] * scale[i % rows];
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale[i % rows];
  const Size n = static_cast<Size>(rows), n_right = static_cast<Size>(columns);
  Size info = 0;
  LAPACKpotrf_("L", &n, factor.data(), &n, &info);
  if (info != 0) return {};
  for (std::size_t i = 0; i < rows; ++i)
    if (factor[i * rows + i] * factor[i * rows + i] < 1e-10) return {}; // what the rows before do not explain
  LAPACKpotrs_("L", &n, &n_right, factor.data(), &n, x.data(), &n, &info);
  require(info == 0, "LAPACK refused a triangular solve");
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale[i % rows];
  return row_major(x, {rows, columns});
}

std::optional<Array<double, 2>> solve(View<const double, 2> a, View<const double, 2> b) {
  require(a.extent(0) == a.extent(1) && b.extent(0) == a.extent(0), "a square system has as many rows");
  if (!is_finite(a) || !is_finite(b)) return {};
  const Size n = static_cast<Size>(a.extent(0)), n_right = static_cast<Size>(b.extent(1));
  std::vector<double> factor = column_major(a), x = column_major(b);
  std::vector<Size> pivots(a.extent(0));
  Size info = 0;
  LAPACKgesv_(&n, &n_right, factor.data(), &n, pivots.data(), x.data(), &n, &info);
  if (info != 0) return {};
  return row_major(x, b.shape());
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

Eigenpairs leading_eigenpairs(View<const double, 2> matrix, std::size_t n) {
  const std::size_t rows = matrix.extent(0);
  require(matrix.extent(1) == rows && n <= rows, "there are as many eigenpairs as rows of a square matrix");
  if (n == 0) return {};
  const Size size = static_cast<Size>(rows), first = static_cast<Size>(rows - n + 1), n_work = 8 * size;
  std::vector<double> a(matrix.flat().begin(), matrix.flat().end()), values(rows), vectors(n * rows),
      work(8 * rows);
  std::vector<Size> integers(5 * rows), failed(rows);
  const double unused = 0, tolerance = 0;
  Size found = 0, info = is_finite(matrix) ? 0 : 1;
  if (info == 0)
    LAPACKsyevx_("V", "I", "L", &size, a.data(), &size, &unused, &unused, &first, &size, &tolerance, &found,
                 values.data(), vectors.data(), &size, work.data(), &n_work, integers.data(), failed.data(),
                 &info);
  if (info != 0 || found != static_cast<Size>(n))
    throw Error(ErrorKind::numerical, "the eigenvectors of a matrix did not converge");
  Eigenpairs pairs{{}, Array<double, 2>({n, rows})};
  for (std::size_t k = 0; k < n; ++k) { // LAPACK's increase
    const auto from = std::span(vectors).subspan((n - 1 - k) * rows, rows);
    const double largest =
        *std::ranges::max_element(from, [](double x, double y) { return std::abs(x) < std::abs(y); });
    pairs.value.push_back(values[n - 1 - k]);
    std::ranges::transform(from, pairs.vector.row(k).begin(),
                           [largest](double x) { return largest < 0 ? -x : x; });
  }
  return pairs;
}

} // namespace blockspin::petsc
