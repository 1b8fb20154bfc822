#include <set>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/lattice/geometry.hpp"

using namespace blockspin;
using lattice::Geometry;

namespace {
const std::vector<std::vector<std::uint64_t>> lattices = {{3},    {8},    {3, 3},    {4, 6},
                                                          {5, 4}, {4, 5}, {3, 4, 5}, {4, 4, 4}};
}

TEST(Geometry, NeighboursAreMutualAndDistinct) {
  for (const auto& extents : lattices) {
    const Geometry g(extents);
    for (std::uint64_t s = 0; s < g.n_sites(); ++s) {
      EXPECT_EQ(g.site(g.coordinates(s)), s);
      std::set<std::uint64_t> neighbours;
      for (int axis = 0; axis < g.n_dimensions(); ++axis)
        for (const bool forward : {false, true}) {
          const std::uint64_t n = g.neighbour(s, axis, forward);
          EXPECT_EQ(g.neighbour(n, axis, !forward), s);
          neighbours.insert(n);
        }
      EXPECT_EQ(neighbours.size(), static_cast<std::size_t>(g.n_neighbours())) << g.name();
    }
  }
}

TEST(Geometry, NeighboursNeverShareAColour) {
  for (const auto& extents : lattices) {
    const Geometry g(extents);
    for (std::uint64_t s = 0; s < g.n_sites(); ++s) {
      EXPECT_LT(g.colour(s), g.n_colours());
      for (int axis = 0; axis < g.n_dimensions(); ++axis)
        EXPECT_NE(g.colour(s), g.colour(g.neighbour(s, axis, true))) << g.name() << " site " << s;
    }
  }
}

TEST(Geometry, IsRowMajorAndNamed) {
  const Geometry g({3, 4});
  EXPECT_EQ(g.site({1, 2, 0}), 6U);
  EXPECT_EQ(g.neighbour(3, 1, true), 0U);
  EXPECT_EQ(g.neighbour(3, 0, true), 7U);
  EXPECT_EQ(g.name(), "3x4");
  EXPECT_EQ(g.n_bonds(), 24U);
}

TEST(Geometry, RefusesWhatItCannotHold) {
  for (const auto& extents :
       std::vector<std::vector<std::uint64_t>>{{}, {2}, {4, 1}, {4, 4, 4, 4}, {1U << 20, 1U << 21}})
    EXPECT_THROW(Geometry{extents}, Error);
}
