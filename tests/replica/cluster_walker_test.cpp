// Ladders of lattices updated by clusters: the same bits on any layout, the right
// distributions with exchange.
#include <gtest/gtest.h>

#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/replica/cluster_walker.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "replica/ladder_checks.hpp"
#include "replica/memory_state.hpp"

using namespace blockspin;
using replica::ClusterUpdate;
using replica::DomainRequest;
using replica::LadderSetup;
using replica::LatticeLadders;

namespace {

LadderSetup make_setup(std::vector<std::uint64_t> extents) {
  LadderSetup setup{lattice::Geometry(std::move(extents)), 0.0, {2.0, 2.4, 3.0}};
  setup.n_ladders = 2;
  setup.seed = 32;
  return setup;
}

LatticeLadders make(const mpi::Communicator& comm, const LadderSetup& setup, ClusterUpdate update,
                    const std::optional<DomainRequest>& request = {}) {
  const bool whole = update == ClusterUpdate::wolff;
  return {comm, setup,
          replica::plan_ranks(setup.geometry, setup.n_ladders * setup.temperatures.size(), comm.size(),
                              request, whole),
          replica::cluster_walkers(setup, update)};
}

} // namespace

TEST(ClusterWalkers, AnyLayoutOfRanksGivesTheSameBits) {
  const LadderSetup setup = make_setup({6, 256});
  const auto self = mpi::Communicator::self();
  const auto n_ranks = static_cast<std::uint64_t>(test_world().size());
  for (const ClusterUpdate update : {ClusterUpdate::swendsen_wang, ClusterUpdate::wolff}) {
    LatticeLadders alone = make(self, setup, update), together = make(test_world(), setup, update);
    for (int s = 0; s < 12; ++s) alone.sweep();
    for (int s = 0; s < 12; ++s) together.sweep();
    const auto expected = local_configurations(alone);
    expect_same(together, expected);
    if (update == ClusterUpdate::wolff) continue;
    for (const auto& request : {DomainRequest{{n_ranks, 1}}, DomainRequest{{1, n_ranks}}}) {
      LatticeLadders divided = make(test_world(), setup, update, request);
      for (int s = 0; s < 12; ++s) divided.sweep();
      expect_same(divided, expected);
    }
  }
}

TEST(ClusterWalkers, TurnOver) {
  const LadderSetup setup = make_setup({6, 70});
  expect_turned(replica::cluster_walkers(setup, ClusterUpdate::swendsen_wang), setup.geometry);
}

namespace {

/// 2,000 states of each temperature and ladder.
std::vector<double> scores(const LadderSetup& run, ClusterUpdate update, const std::vector<double>& claimed) {
  return ladder_scores(make(test_world(), run, update), run.geometry, claimed, 2000, 10);
}

} // namespace

// Six scores; a score above 5.5 once in 5e7.
TEST(ClusterWalkers, ExchangeKeepsEveryTemperaturesDistribution) {
  const LadderSetup setup = make_setup({4, 4});
  for (const ClusterUpdate update : {ClusterUpdate::swendsen_wang, ClusterUpdate::wolff})
    for (const double score : scores(setup, update, setup.temperatures)) EXPECT_LT(score, 5.5);
}

// A ladder whose temperatures have been swapped must be seen at both.
TEST(ClusterWalkers, TheTestSeesASwappedLadder) {
  const LadderSetup setup = make_setup({4, 4});
  auto claimed = setup.temperatures;
  std::swap(claimed[1], claimed[2]);
  for (const ClusterUpdate update : {ClusterUpdate::swendsen_wang, ClusterUpdate::wolff}) {
    const auto found = scores(setup, update, claimed);
    EXPECT_GT(found[1], 5.5);
    EXPECT_GT(found[2], 5.5);
  }
}

TEST(ClusterWalkers, ContinueFromASavedState) {
  const LadderSetup setup = make_setup({5, 130});
  const auto update = ClusterUpdate::swendsen_wang;
  LatticeLadders undisturbed = make(test_world(), setup, update), first = make(test_world(), setup, update),
                 second = make(test_world(), setup, update);
  for (int s = 0; s < 9; ++s) undisturbed.sweep();
  for (int s = 0; s < 4; ++s) first.sweep();
  MemoryState state;
  first.save(state);
  second.load(state);
  for (int s = 4; s < 9; ++s) second.sweep();
  EXPECT_EQ(local_configurations(second), local_configurations(undisturbed));
}

TEST(ClusterWalkers, KnowNoField) {
  LadderSetup setup = make_setup({4, 4});
  setup.field = 0.1;
  EXPECT_THROW(replica::cluster_walkers(setup, ClusterUpdate::wolff), Error);
  EXPECT_FALSE(replica::advise_clusters(setup).clusters);
}

TEST(AdviseClusters, TakesThemNearTheCriticalPointOfLargeLattices) {
  const auto advises = [](std::vector<std::uint64_t> extents, double temperature) {
    const LadderSetup setup{lattice::Geometry(std::move(extents)), 0.0, {temperature}};
    return replica::advise_clusters(setup).clusters;
  };
  EXPECT_TRUE(advises({256, 256}, 2.27));
  EXPECT_FALSE(advises({256, 256}, 3.0));
  EXPECT_FALSE(advises({256, 256}, 1.5));
  EXPECT_FALSE(advises({10, 10}, 2.27));
  EXPECT_TRUE(advises({64, 64, 64}, ising::exact::cubic_critical_temperature));
  EXPECT_TRUE(advises({1000}, 0.3));
}
