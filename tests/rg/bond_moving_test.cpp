#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/bond_moving.hpp"
#include "blockspin/rg/couplings.hpp"

using namespace blockspin::rg;

namespace {

struct Case {
  unsigned side, block;
  std::vector<double> lambda;
};
const std::vector<Case> cases{{4, 2, {0.7}}, {6, 2, {0.7}}, {6, 3, {0.5, 0.3, 0.2}}};

} // namespace

TEST(BondMoving, IsALowerBoundWhateverLambdaAndCoupling) {
  for (const Case& c : cases)
    for (const double coupling : {0.1, 0.3, 0.44, 0.6})
      for (const double scale : {0.0, 0.3, 1.0, 3.0}) {
        std::vector<double> lambda = c.lambda;
        for (double& x : lambda) x *= scale;
        const SmallTorus torus{c.side, coupling};
        EXPECT_LE(moved_bound(torus, c.block, lambda).free_energy, -ln_z(torus) + 1e-12);
      }
}

TEST(BondMoving, IsExactWithoutInteractions) {
  const SmallTorus torus{6, 0};
  const std::vector<double> none{0.0};
  EXPECT_NEAR(moved_bound(torus, 2, none).free_energy, -36 * std::log(2.0), 1e-11);
}

TEST(BondMoving, GradientIsThatOfTheBound) {
  for (const Case& c : cases) {
    const SmallTorus torus{c.side, 0.44};
    const auto bound = moved_bound(torus, c.block, c.lambda);
    for (std::size_t k = 0; k < c.lambda.size(); ++k) {
      auto up = c.lambda, down = c.lambda;
      up[k] += 1e-5;
      down[k] -= 1e-5;
      const double slope =
          (moved_bound(torus, c.block, up).free_energy - moved_bound(torus, c.block, down).free_energy) /
          2e-5;
      EXPECT_NEAR(bound.gradient[k], slope, 1e-7);
    }
  }
}

TEST(BondMoving, TheBestBoundBeatsEveryOther) {
  for (const Case& c : cases) {
    const SmallTorus torus{c.side, 0.440686793509772};
    const auto best = best_moved_bound(torus, c.block, c.lambda);
    EXPECT_LE(best.bound.free_energy, -ln_z(torus));
    for (const double scale : {0.0, 0.5, 0.9, 1.1, 2.0}) {
      std::vector<double> other = best.lambda;
      for (double& x : other) x *= scale;
      EXPECT_LE(moved_bound(torus, c.block, other).free_energy, best.bound.free_energy + 1e-12);
    }
  }
}

TEST(BondMoving,
     NoticesPotentialsThatWereLost) { // the twin: a bound for weaker bonds is none for the true ones
  const SmallTorus torus{6, 0.44}, weaker{6, 0.25};
  EXPECT_GT(moved_bound(weaker, 2, std::vector<double>{0.7}).free_energy, -ln_z(torus));
}
