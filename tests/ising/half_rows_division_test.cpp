#include <gtest/gtest.h>

#include "../../src/ising/half_row_tables.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/ising/half_rows.hpp"
#include "support/world.hpp"

using namespace blockspin;
using ising::FlipRule;
using ising::HalfRowGeometry;
using ising::HalfRows;
using lattice::BoxCounts;
using lattice::Geometry;

namespace {

/// Spins and counts after some sweeps, the same on every rank.
struct Result {
  std::vector<std::uint8_t> packed;
  std::uint64_t antiparallel, up;
  bool operator==(const Result&) const = default;
};

enum class Fault { none, half_a_halo };

/// Leaves every other copy of another box's words as it was at the start.
void damage(const mpi::Communicator& comm, const HalfRowGeometry& geometry) {
  auto& tables = const_cast<HalfRowGeometry::Tables&>(geometry.tables());
  std::vector<lattice::Link> links;
  for (const lattice::Link& link : tables.links())
    if (link.word % 2 == 0) links.push_back(link);
  tables.halo.emplace(comm, tables.layout.n_words, links);
}

Result simulate(const mpi::Communicator& comm, const Geometry& g, const BoxCounts& boxes,
                Fault fault = Fault::none) {
  const HalfRowGeometry geometry(comm, lattice::Domain(comm, g, boxes));
  if (fault == Fault::half_a_halo) damage(comm, geometry);
  HalfRows spins(geometry, 1);
  const rng::Generator generator(29, rng::StreamId::test, 0);
  const FlipRule rule(ising::LocalUpdate::metropolis, 2.4, 0.0, g.n_neighbours());
  spins.randomise(generator);
  for (std::uint64_t sweep = 0; sweep < 12; ++sweep) spins.sweep(rule, generator, sweep);
  const auto counts = spins.count();
  Result result{std::vector<std::uint8_t>(packed_bytes(g.n_sites())), comm.sum(counts.antiparallel),
                comm.sum(counts.up)};
  spins.pack(result.packed);
  comm.sum(std::span(result.packed)); // each bit is set on one rank only
  return result;
}

std::vector<BoxCounts> divisions(const Geometry& g, int n) {
  std::vector<BoxCounts> all;
  for (int a = 1; a <= n; ++a)
    for (int b = 1; a * b <= n; ++b)
      if (n % (a * b) == 0)
        for (const BoxCounts& boxes : {BoxCounts{a, b, n / (a * b)}})
          if (can_divide(g, boxes)) all.push_back(boxes);
  return all;
}

} // namespace

TEST(HalfRowsDivision, AnyGridOfBoxesGivesTheSameBits) {
  int n_tried = 0;
  for (const auto& extents : std::vector<std::vector<std::uint64_t>>{
           {16, 256}, {9, 193}, {8, 2050}, {6, 1024}, {7, 6, 130}, {4, 4, 64}, {1000}, {257}}) {
    const Geometry g(extents);
    const Result alone = simulate(mpi::Communicator::self(), g, {1, 1, 1});
    for (const BoxCounts& boxes : divisions(g, test_world().size())) {
      ++n_tried;
      EXPECT_TRUE(simulate(test_world(), g, boxes) == alone)
          << g.name() << " over " << boxes[0] << "x" << boxes[1] << "x" << boxes[2];
    }
  }
  EXPECT_GE(n_tried, 8);
}

// Divided along rows and across them, the comparison must see a halo of which half is missing.
TEST(HalfRowsDivision, TheTestSeesHalfAHaloMissing) {
  const int n = test_world().size();
  if (n == 1) return; // no halo
  const Geometry g({16, 2050});
  const Result alone = simulate(mpi::Communicator::self(), g, {1, 1, 1});
  for (const BoxCounts& boxes : {BoxCounts{n, 1, 1}, BoxCounts{1, n, 1}})
    EXPECT_FALSE(simulate(test_world(), g, boxes, Fault::half_a_halo) == alone) << boxes[0];
}

TEST(HalfRowsDivision, TheBestGridIsOneThatDivides) {
  for (const auto& extents :
       std::vector<std::vector<std::uint64_t>>{{16, 256}, {9, 193}, {7, 6, 130}, {1000}}) {
    const Geometry g(extents);
    const BoxCounts boxes = best_boxes(g, test_world().size());
    EXPECT_TRUE(can_divide(g, boxes));
    EXPECT_EQ(boxes[0] * boxes[1] * boxes[2], test_world().size());
  }
  EXPECT_FALSE(can_divide(Geometry({16, 64}), {1, 2, 1}));
}
