#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <petscsys.h>

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

TEST(Minimise, LeavesTheUsersOptionsAsTheyAre) {
  const char* const history = "-tao_lmvm_mat_lmvm_hist_size";
  const auto value_of = [&] {
    std::array<char, 16> text{};
    PetscBool is_given = PETSC_FALSE;
    PetscOptionsGetString(nullptr, nullptr, history, text.data(), text.size(), &is_given);
    return is_given == PETSC_TRUE ? std::string(text.data()) : std::string("none");
  };
  const auto run = [] {
    std::vector<double> x{-1.2, 1.0};
    return petsc::minimise(x, rosenbrock, {.max_iterations = 200, .gradient_tolerance = 1e-10, .history = 7})
        .iterations;
  };
  const int plain = run();
  EXPECT_EQ(value_of(), "none");
  PetscOptionsSetValue(nullptr, history, "1");
  PetscOptionsSetValue(nullptr, "-tao_max_it", "2");
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(value_of(), "1");
  PetscOptionsClearValue(nullptr, history);
  PetscOptionsClearValue(nullptr, "-tao_max_it");
  EXPECT_EQ(run(), plain);
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

/// Forty variables whose curvatures span four decades, least at 0.
double stretched(std::span<const double> x, std::span<double> gradient) {
  double value = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double next = i + 1 < x.size() ? x[i + 1] : 0;
    value += 0.5 * std::pow(x[i] - next, 2) + 0.5e-4 * x[i] * x[i];
    gradient[i] = x[i] - next + 1e-4 * x[i] + (i > 0 ? x[i] - x[i - 1] : 0);
  }
  return value;
}

// A history of five pairs forgets what forty know: about 3800 evaluations against 170.
TEST(Minimise, ALongerHistoryNeedsFewerEvaluations) {
  const auto evaluations_with = [](int history) {
    int n_evaluations = 0;
    const petsc::Objective counted = [&](auto at, auto gradient) {
      ++n_evaluations;
      return stretched(at, gradient);
    };
    std::vector<double> x(40, 1.0);
    petsc::minimise(x, counted, {.max_iterations = 2000, .gradient_tolerance = 1e-8, .history = history});
    return n_evaluations;
  };
  EXPECT_LT(2 * evaluations_with(40), evaluations_with(5));
}

TEST(Minimise, GoesOnFromWhatItRemembersWithTheSameBits) {
  const petsc::MinimiseOptions options{.max_iterations = 200, .gradient_tolerance = 1e-10};
  std::vector<double> undisturbed{-1.2, 1.0}, record;
  const auto whole = petsc::minimise(undisturbed, rosenbrock, options);

  std::vector<double> x{-1.2, 1.0};
  int n_evaluations = 0;
  const auto minimise = [&](int most) {
    n_evaluations = 0;
    const petsc::Objective counted = [&](std::span<const double> at, std::span<double> gradient) {
      if (n_evaluations == most) throw Error(ErrorKind::stopped, "enough");
      ++n_evaluations;
      return rosenbrock(at, gradient);
    };
    x = {-1.2, 1.0};
    return petsc::minimise(x, petsc::remembering(counted, record), options);
  };
  EXPECT_THROW(minimise(7), Error);
  EXPECT_EQ(record.size(), 7U * 3);
  EXPECT_THROW(minimise(5), Error); // twelve in all now
  const auto continued = minimise(1000);
  EXPECT_EQ(n_evaluations, static_cast<int>(record.size() / 3) - 12) << "none is made twice";
  EXPECT_EQ(x, undisturbed);
  EXPECT_EQ(continued.value, whole.value);
  EXPECT_EQ(continued.iterations, whole.iterations);
}
