#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/chain_kernel.hpp"
#include "blockspin/rg/decimation.hpp"

using namespace blockspin::rg;

TEST(ChainKernel, MeetsTheTraceConditionForEveryStrength) {
  for (const double p : {0.0, 0.3, 1.0, 4.0}) {
    const auto kernel = apply_chain_kernel(0.8, p, 10);
    EXPECT_LT(kernel.trace_error, 1e-12) << p;
    EXPECT_NEAR(kernel.delta_f, 0, 1e-12) << p;
  }
}

TEST(ChainKernel, BecomesDecimationAsItHardens) {
  double distance = 1;
  for (const double p : {0.5, 1.0, 2.0, 4.0, 8.0}) {
    const auto kernel = apply_chain_kernel(0.8, p, 12);
    const double now = std::abs(kernel.coupling - decimated_coupling(0.8));
    EXPECT_LT(now, distance) << p;
    distance = now;
  }
  const auto hard = apply_chain_kernel(0.8, 18, 12);
  EXPECT_NEAR(hard.coupling, decimated_coupling(0.8), 1e-12);
  EXPECT_LT(hard.longest_coupling, 1e-12);
  EXPECT_NEAR(apply_chain_kernel(0.8, 0, 12).coupling, 0, 1e-13)
      << "a kernel of strength 0 forgets the chain";
}
