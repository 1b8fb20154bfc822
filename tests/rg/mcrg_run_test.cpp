#include "blockspin/rg/mcrg_run.hpp"

#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/replica/cluster_walker.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::rg {
namespace {

using Bins = std::vector<std::vector<LevelMoments>>;

enum class Walkers { clusters, divided_clusters, lanes };

struct Setting {
  std::vector<std::uint64_t> extents;
  Walkers walkers;
  std::uint64_t n_ladders;
  unsigned factor, n_levels;
  std::size_t n_even, n_odd;
  std::uint64_t interval = 2;
  std::uint64_t keeps = 150; ///< of each ladder

  std::uint64_t n(std::uint64_t of_each) const { return of_each * n_ladders; }
};

replica::LadderSetup ladders(const Setting& s) {
  replica::LadderSetup setup{lattice::Geometry(s.extents), 0.0, {ising::exact::critical_temperature}};
  setup.n_ladders = s.n_ladders;
  setup.exchange = false;
  setup.seed = 44;
  setup.instance = rng::instance_number("mcrg.test");
  return setup;
}

std::unique_ptr<replica::Ensemble> ensemble_of(const mpi::Communicator& comm, const Setting& s) {
  const auto setup = ladders(s);
  if (s.walkers == Walkers::lanes) return std::make_unique<replica::LaneLadders>(comm, setup);
  const auto boxes = s.walkers == Walkers::divided_clusters ? static_cast<std::uint64_t>(comm.size()) : 1;
  const auto layout =
      replica::plan_ranks(setup.geometry, s.n_ladders, comm.size(), replica::DomainRequest{{boxes}});
  return std::make_unique<replica::LatticeLadders>(
      comm, setup, layout, replica::cluster_walkers(setup, replica::ClusterUpdate::swendsen_wang));
}

/// A run of so many configurations, saved and loaded again after each of `stops` steps, on `comm`; `plans`:
/// how many it is told of at first, and then.
struct Course {
  std::vector<std::uint64_t> plans;
  std::uint64_t stop_after = 1000000;
};
struct Outcome {
  Bins bins;
  SavedState state;
};
Outcome run(const mpi::Communicator& comm, const Setting& s, const Course& course,
            const SavedState* from = nullptr) {
  SavedState state = from == nullptr ? SavedState() : *from;
  bool loads = from != nullptr;
  for (std::size_t part = 0;; ++part) {
    const auto ensemble = ensemble_of(comm, s);
    McrgRun mcrg(comm, *ensemble, ladders(s),
                 {course.plans[std::min(part, course.plans.size() - 1)], 10, s.interval},
                 {s.extents, ising::BlockRule::majority, s.factor, s.n_levels, s.n_even, s.n_odd});
    if (loads) {
      MemorySource source(state);
      mcrg.load(source);
    }
    for (std::uint64_t step = 0; step < course.stop_after && !mcrg.done(); ++step) mcrg.advance();
    if (mcrg.done() && part + 1 >= course.plans.size()) return {mcrg.bins(), state};
    MemorySink sink(comm);
    mcrg.save(sink);
    state = sink.state();
    loads = true;
    if (part == 50) return {mcrg.bins(), state};
  }
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {{{16, 16}, Walkers::clusters, 3, 2, 3, 13, 5},
                                           {{64, 32}, Walkers::divided_clusters, 2, 2, 3, 7, 3, 1, 70},
                                           {{8, 8}, Walkers::lanes, 100, 2, 2, 13, 5, 100},
                                           {{9, 9}, Walkers::lanes, 70, 3, 2, 5, 2},
                                           {{8, 8, 8}, Walkers::clusters, 1, 2, 2, 12, 3}};
  return all;
}

/// Sums of everything, by hand: the sampler's own kept configurations, blocked one by one.
LevelMoments one_by_one(const Setting& s, std::uint64_t n) {
  const mpi::Communicator self = mpi::Communicator::self();
  const auto ensemble = ensemble_of(self, s);
  replica::Sampling sampling(self, *ensemble, ladders(s), {n, 10, s.interval});
  while (!sampling.done()) sampling.advance();
  const auto kept = sampling.kept().collect(self, 0, n);
  const BlockingSetup blocking{s.extents, ising::BlockRule::majority, s.factor, s.n_levels, s.n_even,
                               s.n_odd};
  LevelOperators operators(blocking,
                           rng::Generator(44, rng::StreamId::block_tie, rng::instance_number("mcrg.test")));
  LevelMoments sums(blocking);
  LevelCouplings couplings(blocking, 1 / ising::exact::critical_temperature);
  const std::size_t n_bytes = packed_bytes(ladders(s).geometry.n_sites());
  for (std::uint64_t i = 0; i < n; ++i) {
    operators.measure(std::span(kept.packed).subspan(i * n_bytes, n_bytes), i);
    sums.even.add(operators.even());
    sums.odd.add(operators.odd());
    couplings.add(operators.blocks(), i, sums.couplings);
    const std::uint64_t rounds = (i + 1) / s.n_ladders;
    if ((i + 1) % s.n_ladders == 0 && std::has_single_bit(rounds)) couplings.learn(sums.couplings);
  }
  return sums;
}

} // namespace

TEST(McrgRun, MeasuresTheConfigurationsThatSamplingKeeps) {
  for (const Setting& s : settings()) {
    const std::uint64_t n = s.n(20);
    const auto bins = run(mpi::Communicator::self(), s, {{n}}).bins;
    LevelMoments total = bins.front().front();
    total.remove(total);
    for (const auto& group : bins)
      for (const LevelMoments& bin : group) total.merge(bin);
    EXPECT_EQ(total, one_by_one(s, n));
    EXPECT_EQ(total.even.n_configurations(), n);
  }
}

TEST(McrgRun, IsTheSameOnAnyNumberOfRanks) {
  for (const Setting& s : settings()) {
    const std::uint64_t n = s.n(s.keeps);
    const auto alone = run(mpi::Communicator::self(), s, {{n}}).bins;
    const auto together = run(test_world(), s, {{n}}).bins;
    EXPECT_EQ(together, alone);
    EXPECT_GE(alone.size() * alone.front().size(), 30U);
    EXPECT_LE(alone.size() * alone.front().size(), 128U);
  }
}

TEST(McrgRun, GrownAndInterruptedRunsAreWhatFreshOnesAre) {
  for (const Setting& s : settings()) {
    const auto fresh = run(test_world(), s, {{s.n(s.keeps)}}).bins;
    for (const Course& course : {Course{{s.n(7), s.n(s.keeps)}}, Course{{1, s.n(2), s.n(66), s.n(s.keeps)}},
                                 Course{{s.n(s.keeps)}, 1}})
      EXPECT_EQ(run(test_world(), s, course).bins, fresh);
    EXPECT_NE(run(test_world(), s, {{s.n(s.keeps - 1)}}).bins, fresh); // the comparison can tell
  }
}

TEST(McrgRun, GoesOnFromWhatOtherRanksSaved) {
  const mpi::Communicator self = mpi::Communicator::self();
  for (const std::size_t number : {0, 2}) {
    const Setting& s = settings()[number];
    const auto fresh = run(self, s, {{s.n(s.keeps)}}).bins;
    const auto saved = run(test_world(), s, {{s.n(60), s.n(60)}}).state;
    EXPECT_EQ(run(self, s, {{s.n(s.keeps)}}, &saved).bins, fresh);
  }
}

TEST(McrgRun, EstimatesAreFinite) {
  const Setting& s = settings().front();
  const auto bins = run(test_world(), s, {{s.n(1000)}}).bins;
  const auto found = estimate({s.extents, ising::BlockRule::majority, 2, 3, 13, 5}, bins);
  EXPECT_EQ(found.n_configurations, 3000U);
  EXPECT_GE(found.n_bins, 64U);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_GT(found.even.exponent.mean(0, k), 0.7);
    EXPECT_LT(found.even.exponent.mean(0, k), 1.2);
    EXPECT_GT(found.even.exponent.error(0, k), 0);
  }
  EXPECT_EQ(found.even.normal.mean(0, 0), 1);
  EXPECT_EQ(found.even.normal.error(0, 0), 0);
  EXPECT_TRUE(found.even.independent(0, 12));
  EXPECT_FALSE(found.even.independent(3, 3));
  // Operators that two sites a side do not tell apart change nothing.
  EXPECT_EQ(found.even.exponent.mean(2, 2), found.even.exponent.mean(2, 12));
}

} // namespace blockspin::rg
