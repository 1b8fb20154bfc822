#include <gtest/gtest.h>

#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/local_walker.hpp"
#include "replica/ladder_checks.hpp"
#include "replica/memory_state.hpp"

using namespace blockspin;
using replica::DomainRequest;
using replica::LadderSetup;
using replica::LatticeLadders;
using replica::plan_ranks;

namespace {

LadderSetup make_setup(std::vector<std::uint64_t> extents, std::uint64_t n_ladders, double field = 0) {
  LadderSetup setup{lattice::Geometry(std::move(extents)), field, {2.0, 2.4, 3.0, 4.0}};
  setup.n_ladders = n_ladders;
  setup.seed = 31;
  return setup;
}

LatticeLadders make(const mpi::Communicator& comm, const LadderSetup& setup,
                    const std::optional<DomainRequest>& request = {}) {
  return {comm, setup,
          plan_ranks(setup.geometry, setup.n_ladders * setup.temperatures.size(), comm.size(), request),
          local_walkers(setup)};
}

} // namespace

// In a field so weak that whole lattices turn over now and then.
TEST(LatticeLadders, AnyLayoutOfRanksGivesTheSameBits) {
  for (const double field : {0.0, 0.001}) {
    const LadderSetup setup = make_setup({8, 256}, 2, field);
    const auto self = mpi::Communicator::self();
    LatticeLadders alone = make(self, setup);
    for (int s = 0; s < 20; ++s) alone.sweep();
    const auto expected = local_configurations(alone);
    const auto n_ranks = static_cast<std::uint64_t>(test_world().size());
    for (const auto& request :
         {DomainRequest{{1, 1}}, DomainRequest{{n_ranks, 1}}, DomainRequest{{1, n_ranks}}}) {
      LatticeLadders together = make(test_world(), setup, request);
      for (int s = 0; s < 20; ++s) together.sweep();
      expect_same(together, expected);
      EXPECT_EQ(together.exchange_statistics().accepted, alone.exchange_statistics().accepted);
      EXPECT_EQ(together.exchange_statistics().round_trips, alone.exchange_statistics().round_trips);
    }
    EXPECT_EQ(expected.size(), 8U);
  }
}

TEST(LatticeLadders, WalkersTurnOver) {
  for (const auto& extents : {std::vector<std::uint64_t>{9}, {6, 70}, {4, 5, 66}}) {
    const LadderSetup setup = make_setup(extents, 1);
    expect_turned(replica::local_walkers(setup), setup.geometry);
  }
}

// The readings that exchanges are decided by are those of the configurations, turned over or not.
TEST(LatticeLadders, ReadingsInAFieldAreOfThePresentConfigurations) {
  const LadderSetup setup = make_setup({4, 4}, 3, 0.02);
  LatticeLadders ladders = make(test_world(), setup);
  for (int s = 0; s < 9; ++s) ladders.sweep();
  ladders.configurations([&](const replica::KeptConfiguration& c) {
    const std::uint64_t state = c.packed[0] | std::uint64_t{c.packed[1]} << 8;
    EXPECT_EQ(classify(setup.geometry, state), StateClass(c.reading.antiparallel, c.reading.up));
  });
}

namespace {

/// 1,500 states of each temperature and ladder.
std::vector<double> scores(const LadderSetup& run, const std::vector<double>& claimed) {
  return ladder_scores(make(test_world(), run), run.geometry, claimed, 1500, 20);
}

} // namespace

// Four temperatures; a score above 5.5 once in 5e7.
TEST(LatticeLadders, ExchangeKeepsEveryTemperaturesDistribution) {
  const LadderSetup setup = make_setup({4, 4}, 2);
  for (const double score : scores(setup, setup.temperatures)) EXPECT_LT(score, 5.5);
}

// A ladder whose temperatures have been swapped must be seen at both.
TEST(LatticeLadders, TheTestSeesASwappedLadder) {
  const LadderSetup setup = make_setup({4, 4}, 2);
  auto claimed = setup.temperatures;
  std::swap(claimed[1], claimed[2]);
  const auto found = scores(setup, claimed);
  EXPECT_GT(found[1], 5.5);
  EXPECT_GT(found[2], 5.5);
}

// Ranks that divide nothing evenly, and more of them than there are lattices.
TEST(LatticeLadders, FewLatticesOnAnyNumberOfRanks) {
  for (const std::size_t n_temperatures : {1, 2, 3}) {
    LadderSetup setup = make_setup({9, 70}, 1);
    setup.temperatures.resize(n_temperatures);
    const auto self = mpi::Communicator::self();
    LatticeLadders alone = make(self, setup), together = make(test_world(), setup);
    for (int s = 0; s < 10; ++s) {
      alone.sweep();
      together.sweep();
    }
    const auto expected = local_configurations(alone);
    EXPECT_EQ(expected.size(), n_temperatures);
    expect_same(together, expected);
    EXPECT_EQ(together.exchange_statistics().accepted, alone.exchange_statistics().accepted);
  }
}

TEST(LatticeLadders, ContinuesFromASavedStateAsIfNothingHadHappened) {
  for (const double field : {0.0, 0.002}) {
    const LadderSetup setup = make_setup({5, 130}, 1, field);
    LatticeLadders undisturbed = make(test_world(), setup), first = make(test_world(), setup),
                   second = make(test_world(), setup);
    for (int s = 0; s < 15; ++s) undisturbed.sweep();
    for (int s = 0; s < 8; ++s) first.sweep();
    MemoryState state;
    first.save(state);
    second.load(state);
    for (int s = 8; s < 15; ++s) second.sweep();
    EXPECT_EQ(local_configurations(second), local_configurations(undisturbed));
    EXPECT_EQ(second.exchange_statistics().round_trips, undisturbed.exchange_statistics().round_trips);
  }
}

TEST(PlanRanks, SaysWhoWorksAndWhy) {
  const lattice::Geometry large({1024, 1024}), small({64, 64});
  EXPECT_EQ(plan_ranks(large, 25, 4, {}).n_groups, 4);
  EXPECT_EQ(plan_ranks(large, 1, 4, {}).ranks_per_group(), 4);
  EXPECT_EQ(plan_ranks(small, 1, 4, {}).ranks_per_group(), 1);
  EXPECT_EQ(plan_ranks(small, 1, 4, {}).n_idle, 3);
  EXPECT_EQ(plan_ranks(large, 1, 4, {}, true).ranks_per_group(), 1);
  EXPECT_EQ(plan_ranks(large, 3, 5, DomainRequest{{2, 1}}).n_groups, 2);
  EXPECT_EQ(plan_ranks(large, 3, 5, DomainRequest{{2, 1}}).n_idle, 1);
  EXPECT_EQ(plan_ranks(large, 3, 4, DomainRequest{{2}}).boxes, (lattice::BoxCounts{2, 1, 1}));
  EXPECT_THROW(plan_ranks(small, 1, 4, DomainRequest{{1, 2}}), Error);
  EXPECT_THROW(plan_ranks(large, 1, 4, DomainRequest{{2, 2, 2}}), Error);
  EXPECT_THROW(plan_ranks(large, 1, 4, DomainRequest{{8, 1}}), Error);
  EXPECT_THROW(plan_ranks(large, 1, 4, DomainRequest{{2, 1}}, true), Error);
}
