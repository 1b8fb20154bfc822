#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"

using namespace blockspin;

namespace {

/// (1 - x)^2 + 100 (y - x^2)^2, least at (1, 1).
double rosenbrock(std::span<const double> x, std::span<double> gradient) {
  const double a = 1 - x[0], b = x[1] - x[0] * x[0];
  gradient[0] = -2 * a - 400 * x[0] * b;
  gradient[1] = 200 * b;
  return a * a + 100 * b * b;
}

} // namespace

TEST(Minimise, FindsTheBottomOfRosenbrocksValley) {
  std::vector<double> x{-1.2, 1.0};
  const auto result = petsc::minimise(x, rosenbrock, {.max_iterations = 200, .gradient_tolerance = 1e-10});
  EXPECT_TRUE(result.converged);
  EXPECT_NEAR(x[0], 1.0, 1e-8);
  EXPECT_NEAR(x[1], 1.0, 1e-8);
}

TEST(Minimise, StopsAtTheIterationLimitAndSaysSo) {
  std::vector<double> x{-1.2, 1.0};
  const auto result = petsc::minimise(x, rosenbrock, {.max_iterations = 3, .gradient_tolerance = 1e-10});
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.iterations, 3);
}

TEST(Minimise, AWrongGradientDoesNotPassForAMinimum) {
  std::vector<double> x{-1.2, 1.0};
  const petsc::Objective wrong = [](std::span<const double> at, std::span<double> gradient) {
    const double value = rosenbrock(at, gradient);
    gradient[1] = -gradient[1];
    return value;
  };
  petsc::minimise(x, wrong, {.max_iterations = 200, .gradient_tolerance = 1e-10});
  EXPECT_GT(std::hypot(x[0] - 1, x[1] - 1), 1e-3);
}

TEST(Minimise, AnObjectiveThatIsNotFiniteIsANumericalError) {
  std::vector<double> x{1.0};
  try {
    petsc::minimise(x, [](auto, auto gradient) { return gradient[0] = std::nan(""); }, {});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numerical);
  }
}
