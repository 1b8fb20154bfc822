#include "blockspin/rg/migdal_kadanoff.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"
#include "blockspin/rg/decimation.hpp"

namespace blockspin::rg {
namespace {

/// Coupling and field of the two ends of a chain of `b` bonds, its inner spins summed one state at a time.
/// Ends have the field h, inner spins twice that.
struct Ends {
  double coupling, field;
};
Ends summed_chain(unsigned b, double coupling, double field) {
  double weight[2][2] = {};
  for (std::uint64_t state = 0; state < std::uint64_t{1} << (b + 1); ++state) {
    double exponent = field * (spin_of(state, 0) + spin_of(state, b));
    for (unsigned i = 0; i < b; ++i) exponent += coupling * spin_of(state, i) * spin_of(state, i + 1);
    for (unsigned i = 1; i < b; ++i) exponent += 2 * field * spin_of(state, i);
    weight[state & 1][state >> b & 1] += std::exp(exponent);
  }
  return {0.25 * std::log(weight[0][0] * weight[1][1] / (weight[0][1] * weight[1][0])),
          0.25 * std::log(weight[1][1] / weight[0][0])};
}

} // namespace

TEST(MigdalKadanoff, MovesBondsAndSumsChains) {
  for (const unsigned d : {1U, 2U, 3U})
    for (const unsigned b : {2U, 3U, 4U, 5U})
      for (const double k : {-1.3, -0.4, -0.05, 0.0, 0.01, 0.2, 0.44, 0.9}) {
        const double moved = std::pow(b, d - 1);
        if (moved * std::abs(k) > 15) continue; // the sum over states then loses digits
        const double expected = summed_chain(b, moved * k, 0).coupling;
        EXPECT_NEAR(recursion({b, d}, k), expected, 1e-11 * (1 + std::abs(expected))) << b << d << k;
        const double step = 1e-5;
        EXPECT_NEAR(recursion_slope({b, d}, k),
                    (recursion({b, d}, k + step) - recursion({b, d}, k - step)) / (2 * step), 1e-6 * moved);
      }
  EXPECT_NEAR(recursion({2, 1}, 0.7), decimated_coupling(0.7), 1e-15);
}

TEST(MigdalKadanoff, TakesAnyCoupling) {
  for (const double k : {0.4999, 0.5001, 20.0, 400.0, 1e6}) {
    const double moved = 2 * k;
    EXPECT_NEAR(recursion({2, 2}, k), decimated_coupling(moved), 1e-14 * moved);
    EXPECT_EQ(recursion({2, 2}, -k), recursion({2, 2}, k));
    EXPECT_EQ(recursion({3, 2}, -k), -recursion({3, 2}, k));
    EXPECT_GT(recursion_slope({2, 2}, k), 0);
  }
  EXPECT_NEAR(recursion({3, 3}, 1e3), 9e3 - 0.5 * std::log(3.0), 1e-9);
  EXPECT_EQ(recursion({3, 2}, 0), 0);
  EXPECT_GT(recursion({3, 2}, 1e-60), 0);
  EXPECT_NEAR(recursion({3, 1}, 1e-5), 1e-15, 1e-24);
}

// 2D, b = 2: tanh K = tanh^2 2K has the solution .30469 (its dual map sinh 2K ... gives .60938), y_t .747.
TEST(MigdalKadanoff, FixedPointsAndExponents) {
  const FixedPoint square = fixed_point({2, 2});
  EXPECT_NEAR(square.coupling, 0.304689, 1e-6);
  EXPECT_NEAR(square.thermal_exponent, 0.747, 5e-4);
  EXPECT_NEAR(square.field_exponent, 1.879, 5e-4);
  const FixedPoint cubic = fixed_point({2, 3});
  EXPECT_NEAR(cubic.coupling, 0.0653, 5e-5);
  EXPECT_NEAR(cubic.thermal_exponent, 0.939, 1e-3);
  for (const unsigned d : {2U, 3U})
    for (const unsigned b : {2U, 3U, 4U}) {
      const MigdalKadanoff map{b, d};
      const FixedPoint point = fixed_point(map);
      EXPECT_NEAR(recursion(map, point.coupling), point.coupling, 1e-15);
      EXPECT_NEAR(point.thermal_exponent, std::log(recursion_slope(map, point.coupling)) / std::log(b),
                  1e-12);
      // Fields by the sum over states.
      const double moved = std::pow(b, d - 1), h = 1e-5;
      const double slope = summed_chain(b, moved * point.coupling, moved * h).field / h;
      EXPECT_NEAR(point.field_exponent, std::log(slope) / std::log(b), 1e-7);
      EXPECT_LT(recursion(map, 0.99 * point.coupling), 0.99 * point.coupling);
      EXPECT_GT(recursion(map, 1.01 * point.coupling), 1.01 * point.coupling);
    }
  EXPECT_THROW(fixed_point({2, 1}), Error);
}

TEST(MigdalKadanoff, FlowsAwayFromTheFixedPoint) {
  const double critical = fixed_point({2, 2}).coupling;
  const auto disordered = flow({2, 2}, critical - 1e-3, 20), ordered = flow({2, 2}, critical + 1e-3, 20);
  EXPECT_EQ(disordered.size(), 21U);
  EXPECT_LT(disordered.back(), 1e-6);
  EXPECT_GT(ordered.back(), 10);
}

} // namespace blockspin::rg
