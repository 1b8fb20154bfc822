#include "blockspin/petsc/dense.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"

namespace blockspin::petsc {
namespace {

Array<double, 2> matrix(const std::vector<std::vector<double>>& rows) {
  Array<double, 2> m({rows.size(), rows.front().size()});
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy(rows[i].begin(), rows[i].end(), m.row(i).begin());
  return m;
}

} // namespace

TEST(Dense, SolvesWhateverTheScales) {
  for (const double unit : {1.0, 1e-9, 1e9}) { // of the first unknown
    const auto a = matrix({{4 * unit * unit, unit, 0.5 * unit}, {unit, 3, 0.2}, {0.5 * unit, 0.2, 1}});
    const auto expected = matrix({{1 / unit, 2 / unit}, {-1, 0.25}, {3, -7}});
    Array<double, 2> b({3, 2});
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 2; ++j)
        for (std::size_t k = 0; k < 3; ++k) b(i, j) += a(i, k) * expected(k, j);
    const auto x = solve_positive(a, b);
    ASSERT_TRUE(x.has_value());
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 2; ++j)
        EXPECT_NEAR((*x)(i, j), expected(i, j), 1e-12 * std::abs(expected(i, j))) << unit;
  }
}

TEST(Dense, RefusesWhatIsNotPositiveDefinite) {
  const auto b = matrix({{1}, {1}});
  EXPECT_FALSE(solve_positive(matrix({{1, 2}, {2, 1}}), b).has_value());
  EXPECT_FALSE(solve_positive(matrix({{1, 1}, {1, 1}}), b).has_value());
  EXPECT_FALSE(solve_positive(matrix({{1, 1}, {1, 1 + 1e-12}}), b).has_value());
  EXPECT_FALSE(solve_positive(matrix({{0, 0}, {0, 1}}), b).has_value());
  EXPECT_FALSE(solve_positive(matrix({{1, 0}, {0, std::nan("")}}), b).has_value());
  EXPECT_TRUE(solve_positive(matrix({{1, 1}, {1, 1 + 1e-6}}), b).has_value());
}

TEST(Dense, SolvesAnySquareSystem) {
  const auto a = matrix({{0, 2, -1}, {1, 1, 4}, {-3, 0, 2}}),
             expected = matrix({{1, 2}, {-1, 0.25}, {3, -7}});
  Array<double, 2> b({3, 2});
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      for (std::size_t k = 0; k < 3; ++k) b(i, j) += a(i, k) * expected(k, j);
  const auto x = solve(a, b);
  ASSERT_TRUE(x.has_value());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(x->flat()[i], expected.flat()[i], 1e-13);
  EXPECT_FALSE(solve(matrix({{1, 2}, {2, 4}}), matrix({{1}, {1}})).has_value());
}

TEST(Dense, EigenvaluesByModulus) {
  const auto real = eigenvalues(matrix({{1, 5, 2}, {0, -4, 1}, {0, 0, 2}}));
  ASSERT_EQ(real.size(), 3U);
  EXPECT_NEAR(real[0].real(), -4, 1e-13);
  EXPECT_NEAR(real[1].real(), 2, 1e-13);
  EXPECT_NEAR(real[2].real(), 1, 1e-13);
  const auto pair = eigenvalues(matrix({{1, -2, 0}, {2, 1, 0}, {0, 0, 0.5}}));
  EXPECT_NEAR(std::abs(pair[0] - std::complex<double>(1, 2)), 0, 1e-13);
  EXPECT_NEAR(std::abs(pair[1] - std::complex<double>(1, -2)), 0, 1e-13);
  EXPECT_EQ(pair[2].imag(), 0);
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THROW(eigenvalues(matrix({{infinite}})), Error);
}

TEST(Dense, LeadingEigenpairsOfASymmetricMatrix) {
  const auto a = matrix({{2, -1, 0, 0.5}, {-1, 3, 1, 0}, {0, 1, -4, 2}, {0.5, 0, 2, 1}});
  const Eigenpairs pairs = leading_eigenpairs(a, 3);
  ASSERT_EQ(pairs.value.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    if (k > 0) {
      EXPECT_LT(pairs.value[k], pairs.value[k - 1]);
    }
    double square = 0, largest = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      double applied = 0;
      for (std::size_t j = 0; j < 4; ++j) applied += a(i, j) * pairs.vector(k, j);
      EXPECT_NEAR(applied, pairs.value[k] * pairs.vector(k, i), 1e-12);
      square += pairs.vector(k, i) * pairs.vector(k, i);
      if (std::abs(pairs.vector(k, i)) > std::abs(largest)) largest = pairs.vector(k, i);
    }
    EXPECT_NEAR(square, 1, 1e-12);
    EXPECT_GT(largest, 0);
  }
  const auto all = eigenvalues(a); // by modulus; the one left out is the smallest
  double trace = -pairs.value[0] - pairs.value[1] - pairs.value[2];
  for (const auto& value : all) trace += value.real();
  EXPECT_LT(trace, pairs.value[2]);
  EXPECT_THROW(leading_eigenpairs(matrix({{std::nan("")}}), 1), Error);
}

} // namespace blockspin::petsc
