#include "blockspin/rg/stability.hpp"

#include <cmath>
#include <limits>

#include "blockspin/petsc/dense.hpp"

namespace blockspin::rg {
namespace {

/// Rows of level n, columns of level m.
Array<double, 2> correlations(const OperatorMoments& moments, unsigned n, unsigned m,
                              std::span<const std::size_t> operators) {
  Array<double, 2> matrix({operators.size(), operators.size()});
  for (std::size_t i = 0; i < operators.size(); ++i)
    for (std::size_t j = 0; j < operators.size(); ++j)
      matrix(i, j) = moments.correlation(n, operators[i], m, operators[j]);
  return matrix;
}

} // namespace

std::optional<Array<double, 2>> coupling_response(const OperatorMoments& moments, unsigned n, unsigned m,
                                                  std::span<const std::size_t> operators,
                                                  View<const double, 2> places) {
  auto response =
      petsc::solve_positive(correlations(moments, n, n, operators), correlations(moments, n, m, operators));
  for (std::size_t i = 0; response && i < operators.size(); ++i)
    for (std::size_t j = 0; j < operators.size(); ++j)
      (*response)(i, j) *= places(m, operators[j]) / places(n, operators[i]);
  return response;
}

std::complex<double> leading_eigenvalue(const OperatorMoments& moments, unsigned n,
                                        std::span<const std::size_t> operators,
                                        View<const double, 2> places) {
  const auto response = coupling_response(moments, n, n - 1, operators, places);
  if (!response || operators.empty()) return std::numeric_limits<double>::quiet_NaN();
  return petsc::eigenvalues(*response).front();
}

double exponent_of(std::complex<double> eigenvalue, unsigned factor) {
  if (eigenvalue.imag() != 0 || !(eigenvalue.real() > 0)) return std::numeric_limits<double>::quiet_NaN();
  return std::log(eigenvalue.real()) / std::log(static_cast<double>(factor));
}

std::vector<double> manifold_normal(const OperatorMoments& moments, unsigned n,
                                    View<const double, 2> places) {
  std::vector<double> normal;
  for (std::size_t b = 0; b < moments.n_operators(); ++b)
    normal.push_back(places(0, b) / places(0, 0) * moments.correlation(n, 0, 0, b) /
                     moments.correlation(n, 0, 0, 0));
  return normal;
}

std::vector<double> linear_fixed_point(const OperatorMoments& moments, unsigned n,
                                       std::span<const std::size_t> operators, std::span<const double> before,
                                       std::span<const double> after, View<const double, 2> places) {
  std::vector<double> point(moments.n_operators(), std::numeric_limits<double>::quiet_NaN());
  const auto response = coupling_response(moments, n, n - 1, operators, places);
  if (!response || before.empty() || after.empty()) return point;
  const std::size_t size = operators.size();
  Array<double, 2> matrix({size, size}), right({size, 1});
  for (std::size_t a = 0; a < size; ++a) {
    right(a, 0) = after[operators[a]];
    for (std::size_t b = 0; b < size; ++b) {
      matrix(a, b) = (a == b ? 1.0 : 0.0) - (*response)(a, b);
      right(a, 0) -= (*response)(a, b) * before[operators[b]];
    }
  }
  const auto found = petsc::solve(matrix, right);
  for (std::size_t a = 0; found && a < size; ++a) point[operators[a]] = (*found)(a, 0);
  return point;
}

} // namespace blockspin::rg
