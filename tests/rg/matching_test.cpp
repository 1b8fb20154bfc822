#include "blockspin/rg/matching.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/torus_sampler.hpp"
#include "rg/blocked_six.hpp"
#include "support/pulls.hpp"

namespace blockspin::rg {
namespace {

using Bins = std::vector<std::vector<LevelMoments>>;
using test::Three;

constexpr double coupling = 0.42;

BlockingSetup blocking(std::uint64_t side, unsigned n_levels, std::size_t n_even) {
  return {{side, side}, ising::BlockRule::majority, 2, n_levels, n_even, 1};
}

/// Bins of made-up values, one group: configurations of one operator, by level.
Bins made_up(const BlockingSetup& setup, const std::vector<std::vector<std::int64_t>>& configurations) {
  Bins bins(1);
  for (const auto& values : configurations) {
    LevelMoments bin(setup);
    Array<std::int64_t, 2> table({setup.n_levels + 1, 1});
    std::copy(values.begin(), values.end(), table.data());
    bin.even.add(table);
    bins[0].push_back(bin);
  }
  return bins;
}

/// The three sums' means of 3x3 spins, and of the 3x3 blocks of 6x6 spins.
std::vector<double> means_of_three(const Three& k) {
  std::vector<double> mean(3, 0.0);
  double norm = 0;
  for (std::uint64_t state = 0; state < 512; ++state) {
    const Three sums = test::three_sums(state, 3);
    const double weight = std::exp(k[0] * sums[0]);
    norm += weight;
    for (std::size_t a = 0; a < 3; ++a) mean[a] += weight * sums[a];
  }
  for (double& m : mean) m /= norm;
  return mean;
}
std::vector<double> means_of_blocks(const Three& k) {
  const test::BlockedSix blocks({k[0], 0, 0, 0});
  std::vector<double> mean;
  for (std::size_t a = 0; a < 3; ++a)
    mean.push_back(blocks.mean([a](std::uint64_t h) { return test::three_sums(h, 3)[a]; }));
  return mean;
}

/// The critical couplings that 6x6 and 3x3 spins would give without noise.
Three exact_values() {
  const Three at = {coupling, 0, 0};
  const auto large = means_of_blocks(at), small = means_of_three(at);
  const auto by_large = test::slope(means_of_blocks, at, 0), by_small = test::slope(means_of_three, at, 0);
  Three found{};
  for (std::size_t a = 0; a < 3; ++a)
    found[a] = coupling - (large[a] - small[a]) / (by_large[a] - by_small[a]);
  return found;
}

/// 64 ladders x n independent configurations of a small torus.
Bins run(std::uint64_t seed, const BlockingSetup& setup, double at, std::uint64_t n) {
  const auto side = static_cast<unsigned>(setup.extents.front());
  const TorusSampler sampler({side, at}, rng::Generator(seed, rng::StreamId::test, side));
  LevelOperators measure(setup, rng::Generator(seed, rng::StreamId::block_tie, side));
  LevelBins bins(64, LevelMoments(setup));
  for (std::uint64_t number = 0; number < 64 * n; ++number) {
    const std::uint64_t state = sampler.draw(number);
    std::vector<std::uint8_t> packed((side * side + 7) / 8);
    for (std::size_t byte = 0; byte < packed.size(); ++byte)
      packed[byte] = static_cast<std::uint8_t>(state >> (8 * byte));
    measure.measure(packed, number);
    LevelMoments& bin = bins.at(number % 64, number / 64);
    bin.even.add(measure.even());
    bin.odd.add(measure.odd());
  }
  return bins.collected(mpi::Communicator::self(), n);
}

constexpr std::uint64_t n_runs = 40;

/// Sums of n_runs squared pulls of the three operators; the small lattice is simulated at `small_coupling`.
Three squared_pulls(double small_coupling) {
  const Three exact = exact_values();
  const BlockingSetup large = blocking(6, 1, 3), small = blocking(3, 0, 3);
  Three sums{};
  for (std::uint64_t seed = 0; seed < n_runs; ++seed) {
    const Bins of_large = run(seed, large, coupling, 200), of_small = run(seed, small, small_coupling, 200);
    const EstimateTable found = match(coupling, {large, of_large}, {small, of_small});
    for (std::size_t a = 0; a < 3; ++a)
      sums[a] += std::pow((found.mean(0, a) - exact[a]) / found.error(0, a), 2);
  }
  return sums;
}

bool plausible(double sum) { return plausible_pulls(sum, n_runs); }

} // namespace

// Means 6 and 5, slopes 8 and 4 by hand, at K = 0.4: K - (6 - 5) / (8 - 4).
TEST(Matching, IsTheDocumentedQuotient) {
  const BlockingSetup large = blocking(8, 1, 1), small = blocking(4, 0, 1);
  // <S1> = 6, <S1 S0> - <S1> <S0> = ((10 - 6)(4 - 2) + (2 - 6)(0 - 2)) / 2 = 8.
  const Bins of_large = made_up(large, {{4, 10}, {0, 2}});
  // <S0> = 5, <S0 S0> - <S0>^2 = 4.
  const Bins of_small = made_up(small, {{7}, {3}});
  const EstimateTable found = match(0.4, {large, of_large}, {small, of_small});
  ASSERT_EQ(found.mean.size(), 1U);
  EXPECT_DOUBLE_EQ(found.mean(0, 0), 0.4 - (6.0 - 5.0) / (8.0 - 4.0));
  EXPECT_THROW(match(0.4, {small, of_small}, {large, of_large}), Error);
}

// 6x6 blocked to 3x3 beside 3x3, both exact and sampled. Three quantities: false alarm 3e-7.
TEST(Matching, PullsAgainstExactLattices) {
  const Three sums = squared_pulls(coupling);
  EXPECT_TRUE(std::all_of(sums.begin(), sums.end(), plausible)) << testing::PrintToString(sums);
}

TEST(Matching, TheTestSeesLatticesOfDifferentCouplings) {
  const Three sums = squared_pulls(coupling + 0.01);
  EXPECT_FALSE(std::all_of(sums.begin(), sums.end(), plausible)) << testing::PrintToString(sums);
}

} // namespace blockspin::rg
