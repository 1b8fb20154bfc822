// Ranks whose processors run different kernels use the same ones.

#include <string>

#include <gtest/gtest.h>

#include "rbm/kernels.hpp"
#include "support/world.hpp"

using namespace blockspin;
using namespace blockspin::rbm;

TEST(Kernels, AreTheBestThatAllRanksRun) {
  const auto& world = test_world();
  const std::size_t n = runnable_kernels().size();
  agree_on_kernels(world, n);
  EXPECT_EQ(&kernels(), runnable_kernels().front());
  agree_on_kernels(world, world.rank() == world.size() - 1 ? 1 : n); // one node has an old processor
  EXPECT_EQ(std::string(kernels().name), "plain");
  agree_on_kernels(world, n);
  EXPECT_EQ(&kernels(), runnable_kernels().front());
}
