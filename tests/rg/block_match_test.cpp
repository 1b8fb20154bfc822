#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/rg/block_match.hpp"

using namespace blockspin::rg;

namespace {

const SmallTorus torus{4, 0.4};

/// Hidden spin j looks at the 2x2 block `block[j]`, blocks beginning at (row, column), at `own` a site and at
/// `other` elsewhere; every other hidden spin upside down.
std::vector<double> block_weights(const std::array<std::size_t, 4>& block, unsigned row, unsigned column,
                                  double own, double other) {
  std::vector<double> weights(64);
  for (unsigned site = 0; site < 16; ++site) {
    const unsigned r = (site / 4 + 4 - row) % 4, c = (site % 4 + 4 - column) % 4;
    for (std::size_t j = 0; j < 4; ++j)
      weights[site * 4 + j] = (block[j] == r / 2 * 2 + c / 2 ? own : other) * (j % 2 == 0 ? 1 : -1);
  }
  return weights;
}

} // namespace

TEST(BlockMatch, FindsTheBlocksWhereverTheyStand) {
  const std::array<std::size_t, 4> block{2, 0, 3, 1};
  for (unsigned row : {0U, 1U})
    for (unsigned column : {0U, 1U}) {
      const auto weights = block_weights(block, row, column, 0.6, 0.1);
      const BlockMatch match = match_blocks(torus, 2, weights);
      ASSERT_TRUE(match.is_unique());
      EXPECT_EQ(match.block, (std::vector<std::size_t>{2, 0, 3, 1}));
      for (const double share : match.share) EXPECT_NEAR(share, 1.44 / (1.44 + 0.12), 1e-12);
      // By block: numbered as blocks are, and all upright.
      EXPECT_EQ(weights_by_block(match, weights)[0], block_weights({0, 1, 2, 3}, row, column, 0.6, 0.1)[0]);
      for (const double weight : weights_by_block(match, weights)) EXPECT_GT(weight, 0);
    }
}

TEST(BlockMatch, HiddenSpinsThatLookEverywhereOrAtTheSameBlockMatchNone) {
  EXPECT_FALSE(match_blocks(torus, 2, block_weights({0, 1, 2, 3}, 0, 0, 0.5, 0.4)).is_unique());
  EXPECT_FALSE(match_blocks(torus, 2, block_weights({0, 1, 2, 2}, 0, 0, 0.6, 0.1)).is_unique());
  EXPECT_FALSE(match_blocks(torus, 2, std::vector<double>(64, 0.0)).is_unique());
}
