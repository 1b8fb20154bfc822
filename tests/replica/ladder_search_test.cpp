// Ladders of equal acceptance, against the acceptance that the exact density of states gives.
#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/ising/exact/density_of_states.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/replica/ladder_search.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/local_walker.hpp"
#include "replica/memory_state.hpp"
#include "support/world.hpp"

using namespace blockspin;
using replica::LadderSearch;
using replica::LadderSetup;

namespace {

constexpr double first = 1.0, last = 5.0;
constexpr std::size_t n_temperatures = 8;

LadderSetup small_setup(std::uint64_t seed) {
  LadderSetup setup{lattice::Geometry({10, 10}), 0.0, replica::geometric_ladder(first, last, n_temperatures)};
  setup.n_ladders = 64;
  setup.seed = seed;
  return setup;
}

LadderSearch search_of(const mpi::Communicator& comm, const LadderSetup& setup) {
  return {comm, setup,
          [&comm](const LadderSetup& trial) { return std::make_unique<replica::LaneLadders>(comm, trial); }};
}

LadderSearch large_search_of(const mpi::Communicator& comm, const LadderSetup& setup) {
  return {comm, setup, [&comm](const LadderSetup& trial) {
            const std::uint64_t n_walkers = trial.n_ladders * trial.temperatures.size();
            return std::make_unique<replica::LatticeLadders>(
                comm, trial, replica::plan_ranks(trial.geometry, n_walkers, comm.size(), {}),
                replica::local_walkers(trial));
          }};
}

std::vector<double> found_ladder(LadderSearch&& search) {
  while (!search.done()) search.advance();
  return search.temperatures();
}

/// Exact mean acceptance of each pair: sum over both energies of p p' min(1, exp((1/T - 1/T') (E - E'))).
std::vector<double> exact_acceptance(const std::vector<double>& temperatures) {
  static const auto density = ising::exact::torus_density(10, 10);
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < temperatures.size(); ++i) {
    const auto p = density.probability(temperatures[i]), q = density.probability(temperatures[i + 1]);
    const double difference = 1 / temperatures[i] - 1 / temperatures[i + 1];
    double sum = 0;
    for (std::size_t a = 0; a < p.size(); ++a)
      for (std::size_t b = 0; b < q.size(); ++b)
        sum += p[a] * q[b] * std::min(1.0, std::exp(difference * (density.energy[a] - density.energy[b])));
    result.push_back(sum);
  }
  return result;
}

/// Largest deviation of a pair's exact acceptance from the pairs' mean.
double unevenness(const std::vector<double>& temperatures) {
  const auto acceptance = exact_acceptance(temperatures);
  double mean = 0, worst = 0;
  for (const double a : acceptance) mean += a / static_cast<double>(acceptance.size());
  for (const double a : acceptance) worst = std::max(worst, std::abs(a - mean));
  return worst;
}

} // namespace

// The last trial tries each pair 524288 times; over 100 seeds a pair's exact acceptance (0.385 on average)
// scatters by at most 0.0014 about the pairs' mean. Beyond 0.01, seven of that, once in 10^10 for 28 pairs.
TEST(LadderSearch, NeighboursExchangeEquallyOften) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    EXPECT_LT(unevenness(found_ladder(search_of(test_world(), small_setup(seed)))), 0.01) << seed;
}

TEST(LadderSearch, TheTestSeesAnUnevenLadder) {
  EXPECT_GT(unevenness(replica::geometric_ladder(first, last, n_temperatures)), 0.01);
  auto ladder = found_ladder(search_of(test_world(), small_setup(1)));
  ladder[3] += 0.25 * (ladder[4] - ladder[3]); // one temperature out of place
  EXPECT_GT(unevenness(ladder), 0.01);
}

TEST(LadderSearch, KeepsItsEndsAndGrows) {
  const auto ladder = found_ladder(search_of(test_world(), small_setup(3)));
  ASSERT_EQ(ladder.size(), n_temperatures);
  EXPECT_EQ(ladder.front(), first);
  EXPECT_EQ(ladder.back(), last);
  EXPECT_TRUE(std::is_sorted(ladder.begin(), ladder.end(), std::less_equal<>()));
  LadderSetup two = small_setup(3);
  two.temperatures = {2.0, 3.0};
  EXPECT_EQ(found_ladder(search_of(test_world(), two)), two.temperatures);
}

// Where nothing is accepted the mean energies lead: sqrt((1/T - 1/T') (U' - U)) by Kaufman's energies.
TEST(LadderSearch, FindsItsWayWhereNoExchangeIsAccepted) {
  LadderSetup setup{lattice::Geometry({96, 96}), 0.0, replica::geometric_ladder(1.5, 4.0, 4)};
  setup.seed = 5;
  const auto spread = [](const std::vector<double>& t) {
    std::vector<double> distance;
    for (std::size_t i = 0; i + 1 < t.size(); ++i)
      distance.push_back(std::sqrt((1 / t[i] - 1 / t[i + 1]) * (ising::exact::torus(96, 96, t[i + 1]).energy -
                                                                ising::exact::torus(96, 96, t[i]).energy)));
    const auto [least, most] = std::minmax_element(distance.begin(), distance.end());
    return *most / *least;
  };
  EXPECT_LT(spread(found_ladder(large_search_of(test_world(), setup))), 1.05);
  EXPECT_GT(spread(setup.temperatures), 1.05);
}

TEST(LadderSearch, AnyNumberOfRanksFindsTheSameLadder) {
  const auto self = mpi::Communicator::self();
  EXPECT_EQ(found_ladder(search_of(test_world(), small_setup(7))),
            found_ladder(search_of(self, small_setup(7))));
  LadderSetup large{lattice::Geometry({12, 130}), 0.0, replica::geometric_ladder(2.0, 3.0, 5)};
  large.seed = 8;
  EXPECT_EQ(found_ladder(large_search_of(test_world(), large)), found_ladder(large_search_of(self, large)));
}

TEST(LadderSearch, ContinuesFromASavedStateAsIfNothingHadHappened) {
  LadderSetup setup{lattice::Geometry({12, 130}), 0.0, replica::geometric_ladder(2.0, 3.0, 5)};
  setup.seed = 9;
  const auto expected = found_ladder(large_search_of(test_world(), setup));
  for (const int n_steps : {0, 1, 5, 7}) {
    LadderSearch before = large_search_of(test_world(), setup), after = large_search_of(test_world(), setup);
    for (int i = 0; i < n_steps && !before.done(); ++i) before.advance();
    MemoryState state;
    before.save(state);
    after.load(state);
    EXPECT_EQ(found_ladder(std::move(after)), expected) << n_steps;
  }
}

TEST(EvenLadder, AnEvenLadderStays) {
  const auto ladder = replica::geometric_ladder(0.5, 8.0, 5); // 0.5, 1, 2, 4, 8
  const auto same = replica::even_ladder(ladder, {0.3, 0.3, 0.3, 0.3});
  for (std::size_t i = 0; i < ladder.size(); ++i) EXPECT_NEAR(same[i], ladder[i], 1e-12);
  const auto moved = replica::even_ladder(ladder, {0.1, 0.1, 0.1, 0.5});
  EXPECT_GT(moved[3], 4.0); // the last interval is the widest: most temperatures go there
}

TEST(ExchangeDistance, IsThatOfNormalDistributions) {
  // s (1/T - 1/T') = 1.2: acceptance erfc(0.6), and U' - U = s^2 (1/T - 1/T').
  const double share = std::erfc(0.6);
  const auto accepted = static_cast<std::uint64_t>(1e9 * share);
  EXPECT_NEAR(replica::exchange_distance(accepted, 1000000000, 0.02, 1.2 * 60), 0.6, 1e-6);
  EXPECT_NEAR(replica::exchange_distance(0, 1000, 0.02, 60.0 * 60 * 20), 0.5 * std::sqrt(0.02 * 72000),
              1e-12);
  EXPECT_GT(replica::exchange_distance(1000, 1000, 0.02, 0.0), 0.0);
}
