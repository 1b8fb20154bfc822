#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "blockspin/analysis/spectrum.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/rng/generator.hpp"
#include "support/world.hpp"

using namespace blockspin;

namespace {

Array<double, 2> random_matrix(std::size_t rows, std::size_t columns) {
  const rng::Generator generator(7, rng::StreamId::test, rng::instance_number("spectrum"));
  Array<double, 2> matrix({rows, columns});
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix.flat()[i] = generator.normal(0, i);
  return matrix;
}

/// Largest |sum_k s_k l_k r_k^T - matrix|.
double reconstruction_error(const analysis::Spectrum& spectrum, const Array<double, 2>& matrix) {
  double worst = 0;
  for (std::size_t i = 0; i < matrix.extent(0); ++i)
    for (std::size_t j = 0; j < matrix.extent(1); ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < spectrum.singular_value.size(); ++k)
        sum += spectrum.singular_value[k] * spectrum.left_vector(k, i) * spectrum.right_vector(k, j);
      worst = std::max(worst, std::abs(sum - matrix(i, j)));
    }
  return worst;
}

/// Largest |V V^T - 1| of the rows of V.
double orthonormality_error(const Array<double, 2>& rows) {
  double worst = 0;
  for (std::size_t a = 0; a < rows.extent(0); ++a)
    for (std::size_t b = 0; b < rows.extent(0); ++b) {
      double dot = 0;
      for (std::size_t i = 0; i < rows.extent(1); ++i) dot += rows(a, i) * rows(b, i);
      worst = std::max(worst, std::abs(dot - (a == b ? 1.0 : 0.0)));
    }
  return worst;
}

} // namespace

TEST(Spectrum, PutsTheMatrixTogetherAgainWhetherTallOrWide) {
  for (const auto& [rows, columns] : {std::pair{12U, 5U}, {5U, 12U}, {8U, 8U}}) {
    const Array<double, 2> matrix = random_matrix(rows, columns);
    const analysis::Spectrum spectrum = analysis::decompose(matrix);
    ASSERT_EQ(spectrum.singular_value.size(), std::min(rows, columns));
    EXPECT_TRUE(std::is_sorted(spectrum.singular_value.rbegin(), spectrum.singular_value.rend()));
    EXPECT_LT(reconstruction_error(spectrum, matrix), 1e-12);
    EXPECT_LT(orthonormality_error(spectrum.left_vector), 1e-12);
    EXPECT_LT(orthonormality_error(spectrum.right_vector), 1e-12);
  }
}

TEST(Spectrum, ChecksSeeAFaultOfAMillionth) {
  Array<double, 2> matrix = random_matrix(12, 5);
  analysis::Spectrum spectrum = analysis::decompose(matrix);
  matrix(3, 2) += 1e-6;
  EXPECT_GT(reconstruction_error(spectrum, matrix), 1e-9);
  spectrum.left_vector(1, 4) += 1e-6;
  EXPECT_GT(orthonormality_error(spectrum.left_vector), 1e-9);
}

TEST(Spectrum, OfACirculantIsItsFourierTransform) {
  const std::size_t n = 10;
  Array<double, 2> matrix({n, n});
  for (std::size_t i = 0; i < n; ++i) {
    matrix(i, i) = 3.0;
    matrix(i, (i + 1) % n) = matrix((i + 1) % n, i) = 1.0;
  }
  std::vector<double> expected;
  for (std::size_t k = 0; k < n; ++k)
    expected.push_back(3 + 2 * std::cos(2 * std::numbers::pi * static_cast<double>(k) / n));
  std::sort(expected.rbegin(), expected.rend());
  const analysis::Spectrum spectrum = analysis::decompose(matrix);
  for (std::size_t k = 0; k < n; ++k) EXPECT_NEAR(spectrum.singular_value[k], expected[k], 1e-12);
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(spectrum.left_vector(0, i), std::sqrt(0.1), 1e-12);
}

TEST(Spectrum, SignsDoNotDependOnTheSignOfTheMatrix) {
  Array<double, 2> matrix = random_matrix(6, 4);
  const analysis::Spectrum spectrum = analysis::decompose(matrix);
  for (double& x : matrix.flat()) x = -x;
  const analysis::Spectrum mirrored = analysis::decompose(matrix);
  for (std::size_t i = 0; i < spectrum.left_vector.size(); ++i)
    EXPECT_NEAR(spectrum.left_vector.flat()[i], mirrored.left_vector.flat()[i], 1e-12);
}

TEST(Spectrum, IsTheSameBitsOnEveryRank) {
  const analysis::Spectrum spectrum = analysis::decompose(random_matrix(30, 20));
  for (const double x : spectrum.left_vector.flat()) {
    double largest = test_world().max(x);
    EXPECT_EQ(x, largest);
  }
}

TEST(Spectrum, OfAMatrixThatIsNotFiniteIsANumericalError) {
  Array<double, 2> matrix({2, 2});
  matrix(0, 1) = std::numeric_limits<double>::quiet_NaN();
  try {
    analysis::decompose(matrix);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numerical);
  }
}
