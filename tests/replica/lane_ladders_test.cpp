#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/replica/lane_ladders.hpp"
#include "ising/enumeration.hpp"
#include "replica/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using replica::LadderSetup;
using replica::LaneLadders;

namespace {

LadderSetup small_setup(std::uint64_t n_ladders, double field = 0.0) {
  LadderSetup setup{lattice::Geometry({3, 4}), field, {1.5, 2.0, 2.7, 3.5, 5.0}};
  setup.n_ladders = n_ladders;
  setup.seed = 17;
  return setup;
}

using Configurations = std::map<std::pair<std::size_t, std::uint64_t>, std::vector<std::uint8_t>>;

Configurations local_configurations(LaneLadders& ensemble) {
  Configurations all;
  ensemble.configurations([&](const replica::KeptConfiguration& c) {
    all[{c.temperature, c.ladder}].assign(c.packed.begin(), c.packed.end());
    all[{c.temperature, c.ladder}].push_back(static_cast<std::uint8_t>(c.replica));
  });
  return all;
}

/// Chi-square scores against enumeration, by temperature, from `n_blocks` well
/// separated moments of 192 ladders.
std::vector<double> scores(const LadderSetup& run, const std::vector<double>& claimed) {
  LaneLadders ensemble(test_world(), run);
  std::vector<std::map<StateClass, double>> seen(claimed.size());
  for (int block = 0; block < 60; ++block) {
    for (int s = 0; s < 60; ++s) ensemble.sweep();
    if (block < 2) continue;
    ensemble.configurations([&](const replica::KeptConfiguration& c) {
      seen[c.temperature][{static_cast<std::uint32_t>(c.reading.antiparallel),
                           static_cast<std::uint32_t>(c.reading.up)}] += 1;
    });
  }
  const auto counts = count_states(run.geometry);
  std::vector<double> result;
  for (std::size_t t = 0; t < claimed.size(); ++t) {
    const auto p = boltzmann(run.geometry, counts, claimed[t], run.field);
    std::map<StateClass, double> total;
    for (const auto& [c, unused] : p) total[c] = test_world().sum(seen[t].count(c) != 0 ? seen[t][c] : 0.0);
    result.push_back(chi_square_score(total, p));
  }
  return result;
}

} // namespace

// Five temperatures, two fields; a score above 5.5 once in 5e7.
TEST(LaneLadders, ExchangeKeepsEveryTemperaturesDistribution) {
  for (const double field : {0.0, 0.2}) {
    const LadderSetup setup = small_setup(192, field);
    for (const double score : scores(setup, setup.temperatures)) EXPECT_LT(score, 5.5);
  }
}

// A ladder whose temperatures have been swapped must be seen at both.
TEST(LaneLadders, TheTestSeesASwappedLadder) {
  const LadderSetup setup = small_setup(192);
  auto claimed = setup.temperatures;
  std::swap(claimed[1], claimed[2]);
  const auto found = scores(setup, claimed);
  EXPECT_GT(found[1], 5.5);
  EXPECT_GT(found[2], 5.5);
}

TEST(LaneLadders, AnyNumberOfRanksGivesTheSameBits) {
  for (const double field : {0.0, 0.05}) {
    const LadderSetup setup = small_setup(100, field);
    const auto self = mpi::Communicator::self();
    LaneLadders together(test_world(), setup), alone(self, setup);
    for (int s = 0; s < 50; ++s) {
      together.sweep();
      alone.sweep();
    }
    const auto expected = local_configurations(alone), mine = local_configurations(together);
    for (const auto& [key, configuration] : mine) EXPECT_EQ(configuration, expected.at(key));
    EXPECT_EQ(test_world().sum(std::uint64_t{mine.size()}), 500U);
    const auto a = together.exchange_statistics(), b = alone.exchange_statistics();
    EXPECT_EQ(a.accepted, b.accepted);
    EXPECT_EQ(a.attempts, b.attempts);
    EXPECT_EQ(a.from_lowest, b.from_lowest);
    EXPECT_EQ(a.round_trips, b.round_trips);
    EXPECT_GT(std::accumulate(b.round_trips.begin(), b.round_trips.end(), 0U), 0U);
  }
}

// The exchange decided by bits and bytes, and in a field one by one, on every instruction set.
TEST(LaneLadders, EveryInstructionSetGivesTheSameBits) {
  for (const double field : {0.0, 0.2})
    for (const std::vector<std::uint64_t>& extents : {std::vector<std::uint64_t>{3, 4}, {24, 24}}) {
      LadderSetup setup = small_setup(100, field);
      setup.geometry = lattice::Geometry(extents);
      if (setup.geometry.n_sites() > 100) setup.temperatures = {2.0, 2.02, 2.25, 2.26, 2.9};
      LaneLadders best(test_world(), setup);
      for (int s = 0; s < 40; ++s) best.sweep();
      const auto expected = local_configurations(best);
      for (const auto set : rng::available_instruction_sets()) {
        LaneLadders other(test_world(), setup, set);
        for (int s = 0; s < 40; ++s) other.sweep();
        EXPECT_EQ(local_configurations(other), expected) << rng::name(set);
        EXPECT_EQ(other.exchange_statistics().accepted, best.exchange_statistics().accepted);
      }
    }
}

// The readings, which an exchange moves along, are those of the configurations.
TEST(LaneLadders, ReadingsAreOfThePresentConfigurations) {
  for (const double field : {0.0, 0.05})
    for (const bool exchange : {true, false}) {
      LadderSetup setup = small_setup(70, field);
      setup.exchange = exchange;
      LaneLadders ensemble(test_world(), setup);
      for (int s = 0; s < 7; ++s) ensemble.sweep();
      ensemble.configurations([&](const replica::KeptConfiguration& c) {
        std::uint64_t state = 0;
        for (std::size_t byte = 0; byte < 2; ++byte) state |= std::uint64_t{c.packed[byte]} << (8 * byte);
        EXPECT_EQ(classify(setup.geometry, state), StateClass(c.reading.antiparallel, c.reading.up));
      });
    }
}

// One to three temperatures make one vector: all ranks but one have nothing, and none waits.
TEST(LaneLadders, FewLatticesOnAnyNumberOfRanks) {
  const auto self = mpi::Communicator::self();
  for (const std::size_t n_temperatures : {1, 2, 3}) {
    LadderSetup setup = small_setup(5);
    setup.temperatures.resize(n_temperatures);
    LaneLadders together(test_world(), setup), alone(self, setup);
    for (int s = 0; s < 10; ++s) {
      together.sweep();
      alone.sweep();
    }
    const auto expected = local_configurations(alone), mine = local_configurations(together);
    for (const auto& [key, configuration] : mine) EXPECT_EQ(configuration, expected.at(key));
    EXPECT_EQ(test_world().sum(std::uint64_t{mine.size()}), 5 * n_temperatures);
  }
}

TEST(LaneLadders, ContinuesFromASavedStateAsIfNothingHadHappened) {
  for (const double field : {0.0, 0.05}) {
    const LadderSetup setup = small_setup(100, field);
    LaneLadders undisturbed(test_world(), setup), first(test_world(), setup), second(test_world(), setup);
    for (int s = 0; s < 20; ++s) undisturbed.sweep();
    for (int s = 0; s < 13; ++s) first.sweep();
    MemoryState state;
    first.save(state);
    second.load(state);
    for (int s = 13; s < 20; ++s) second.sweep();
    EXPECT_EQ(local_configurations(second), local_configurations(undisturbed));
    EXPECT_EQ(second.exchange_statistics().accepted, undisturbed.exchange_statistics().accepted);
    EXPECT_EQ(second.exchange_statistics().round_trips, undisturbed.exchange_statistics().round_trips);
  }
}

TEST(LaneLadders, EveryReplicaIsSomewhereOnce) {
  LaneLadders ensemble(test_world(), small_setup(70));
  for (int s = 0; s < 30; ++s) ensemble.sweep();
  std::vector<std::uint64_t> seen(70 * 5, 0);
  ensemble.configurations([&](const replica::KeptConfiguration& c) { ++seen[c.ladder * 5 + c.replica]; });
  test_world().sum(std::span(seen));
  EXPECT_EQ(seen, std::vector<std::uint64_t>(70 * 5, 1));
}
