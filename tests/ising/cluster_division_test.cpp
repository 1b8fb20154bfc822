// Swendsen-Wang on a divided lattice against the same on one rank, bit for bit.
#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/ising/wolff.hpp"
#include "support/world.hpp"

namespace blockspin::ising {
namespace {

using Extents = std::vector<std::uint64_t>;

bool same_box(const RowSpins& part, const RowSpins& whole) {
  const RowBlock& block = part.block();
  const std::size_t first = block.first[static_cast<std::size_t>(block.last_axis())] / 64;
  for (std::uint64_t row = 0; row < block.n_rows(); ++row)
    for (std::size_t w = 0; w < block.words_per_row(); ++w)
      if (part.row(row)[w] != whole.row(block.global_row(row))[first + w]) return false;
  return true;
}

/// Sweeps a divided and a whole lattice alike; whether every rank's box agrees, and the counts.
void compare_division(const Extents& extents, const lattice::BoxCounts& boxes, double temperature) {
  const mpi::Communicator self = mpi::Communicator::self();
  const lattice::Geometry geometry(extents);
  const lattice::Domain domain(test_world(), geometry, boxes);
  RowSpins part(RowBlock::of(domain)), whole(RowBlock::whole(geometry));
  SwendsenWang update_part(part.block()), update_whole(whole.block());
  ClusterStream random{rng::Generator(72, rng::StreamId::test, 0), 0, 0};
  part.randomise(random.generator, 5);
  whole.randomise(random.generator, 5);
  for (random.sweep = 0; random.sweep < 20; ++random.sweep) {
    update_part.sweep(part, temperature, random, test_world());
    update_whole.sweep(whole, temperature, random, self);
    ASSERT_EQ(test_world().min(same_box(part, whole) ? 1 : 0), 1) << "sweep " << random.sweep;
  }
  const BoxCounts mine = part.count(test_world()), all = whole.count(self);
  EXPECT_EQ(test_world().sum(mine.antiparallel), all.antiparallel);
  EXPECT_EQ(test_world().sum(mine.up), all.up);
}

} // namespace

TEST(Clusters, DoNotDependOnTheDivision) {
  const int n = test_world().size();
  for (const Extents& extents : {Extents{12, 260}, {5, 300}, {4, 5, 256}, {257}}) {
    const lattice::Geometry geometry(extents);
    for (int a = 1; a <= n; ++a)
      for (int b = 1; a * b <= n; ++b) {
        if (n % (a * b) != 0) continue;
        const lattice::BoxCounts boxes{a, b, n / (a * b)};
        if (!lattice::can_divide(geometry, boxes)) continue;
        for (const double t : {1.5, 2.27, 4.5}) compare_division(extents, boxes, t);
      }
  }
}

TEST(Wolff, RefusesADividedLattice) {
  if (test_world().size() < 2) return;
  const lattice::Domain domain(test_world(), lattice::Geometry({16, 16}), {test_world().size(), 1, 1});
  EXPECT_THROW(Wolff{RowBlock::of(domain)}, Error);
}

} // namespace blockspin::ising
