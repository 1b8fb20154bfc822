#include "blockspin/rg/mcrg_estimates.hpp"

#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"
#include "blockspin/rg/torus_sampler.hpp"
#include "rg/blocked_six.hpp"
#include "support/pulls.hpp"

namespace blockspin::rg {
namespace {

using test::BlockedSix;
using test::Four;
constexpr double coupling = 0.42;

double operator_of_blocks(std::size_t a, std::uint64_t h) {
  return a < 3 ? test::three_sums(h, 3)[a] : 2.0 * __builtin_popcountll(h) - 9;
}

/// Exact values of what the runs estimate.
struct Exact {
  std::array<double, 3> exponent; ///< even, with 1, 2, 3 operators
  double diagonal, plaquette;     ///< of the normal
  double odd_exponent;
};

/// Largest eigenvalue of the n x n corner of B^-1 A by the power method; B^-1 by elimination.
double eigenvalue(std::array<std::array<double, 3>, 3> b, std::array<std::array<double, 3>, 3> a,
                  std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t r = 0; r < n; ++r) {
      if (r == i) continue;
      const double factor = b[r][i] / b[i][i];
      for (std::size_t c = 0; c < n; ++c) b[r][c] -= factor * b[i][c], a[r][c] -= factor * a[i][c];
    }
  std::array<double, 3> v = {1, 1, 1};
  double norm = 0;
  for (int step = 0; step < 500; ++step) {
    std::array<double, 3> next{};
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c) next[r] += a[r][c] / b[r][r] * v[c];
    norm = 0;
    for (std::size_t r = 0; r < n; ++r) norm = std::max(norm, std::abs(next[r]));
    for (std::size_t r = 0; r < n; ++r) v[r] = next[r] / norm;
  }
  return norm;
}

Exact exact_values() {
  const auto means = [](const Four& k) {
    const BlockedSix blocks(k);
    std::array<double, 4> mean{};
    for (std::size_t a = 0; a < 4; ++a)
      mean[a] = blocks.mean([&](auto h) { return operator_of_blocks(a, h); });
    return mean;
  };
  const Four base = {coupling, 0, 0, 0};
  std::array<std::array<double, 4>, 4> slope{}; // [operator][coupling], extrapolated central differences
  for (std::size_t k = 0; k < 4; ++k)
    for (const auto& [step, share] : {std::pair{1e-3, 4.0 / 3}, {2e-3, -1.0 / 3}}) {
      Four up = base, down = base;
      up[k] += step;
      down[k] -= step;
      const auto high = means(up), low = means(down);
      for (std::size_t a = 0; a < 4; ++a) slope[a][k] += share * (high[a] - low[a]) / (2 * step);
    }
  const BlockedSix blocks(base);
  const auto mean = means(base);
  std::array<std::array<double, 3>, 3> own{}, answer{};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      own[a][b] = blocks.mean([&](auto h) { return operator_of_blocks(a, h) * operator_of_blocks(b, h); }) -
                  mean[a] * mean[b];
      answer[a][b] = slope[a][b];
    }
  const double m_squared = blocks.mean([](auto h) { return std::pow(operator_of_blocks(3, h), 2); });
  Exact exact{};
  for (std::size_t n = 1; n <= 3; ++n) exact.exponent[n - 1] = std::log2(eigenvalue(own, answer, n));
  exact.diagonal = slope[0][1] / slope[0][0];
  exact.plaquette = slope[0][2] / slope[0][0];
  exact.odd_exponent = std::log2(slope[3][3] / m_squared);
  return exact;
}

const BlockingSetup setup{{6, 6}, ising::BlockRule::majority, 2, 1, 3, 1};

enum class Fault { none, ties_up, missing_image };

/// The bins of 64 ladders x 50 independent configurations of 6x6 spins.
std::vector<std::vector<LevelMoments>> run(std::uint64_t seed, Fault fault) {
  const TorusSampler sampler({6, coupling}, rng::Generator(seed, rng::StreamId::test, 90));
  LevelOperators measure(setup, rng::Generator(seed, rng::StreamId::block_tie, 90));
  LevelBins bins(64, LevelMoments(setup));
  for (std::uint64_t number = 0; number < 64 * 50; ++number) {
    const std::uint64_t state = sampler.draw(number);
    std::array<std::uint8_t, 5> packed{};
    for (std::size_t byte = 0; byte < 5; ++byte)
      packed[byte] = static_cast<std::uint8_t>(state >> (8 * byte));
    measure.measure(packed, number);
    Array<std::int64_t, 2> even({2, 3}), odd({2, 1});
    std::copy_n(measure.even().data(), 6, even.data());
    std::copy_n(measure.odd().data(), 2, odd.data());
    if (fault == Fault::ties_up) {
      std::uint64_t h = 0;
      test::majorities(state, 6, [&](std::uint64_t outcome, double) { h |= outcome; });
      for (std::size_t a = 0; a < 3; ++a) even(1, a) = static_cast<std::int64_t>(test::three_sums(h, 3)[a]);
      odd(1, 0) = 2 * __builtin_popcountll(h) - 9;
    }
    if (fault == Fault::missing_image) {
      even(0, 1) = 0;
      for (unsigned site = 0; site < 36; ++site)
        even(0, 1) += spin_of(state, site) * spin_of(state, (site / 6 + 1) % 6 * 6 + (site + 1) % 6);
    }
    LevelMoments& bin = bins.at(number % 64, number / 64);
    bin.even.add(even);
    bin.odd.add(odd);
  }
  return bins.collected(mpi::Communicator::self(), 50);
}

constexpr std::uint64_t n_runs = 40;

/// Sums of n_runs squared pulls of each quantity.
std::array<double, 6> squared_pulls(Fault fault) {
  const Exact exact = exact_values();
  std::array<double, 6> sums{};
  for (std::uint64_t seed = 0; seed < n_runs; ++seed) {
    const McrgEstimates found = estimate(setup, run(seed, fault));
    const auto add = [&](std::size_t i, const EstimateTable& table, std::size_t column, double value) {
      sums[i] += std::pow((table.mean(0, column) - value) / table.error(0, column), 2);
    };
    for (std::size_t k = 0; k < 3; ++k) add(k, found.even.exponent, k, exact.exponent[k]);
    add(3, found.even.normal, 1, exact.diagonal);
    add(4, found.even.normal, 2, exact.plaquette);
    add(5, found.odd.exponent, 0, exact.odd_exponent);
  }
  return sums;
}

bool plausible(double sum) { return plausible_pulls(sum, n_runs); }

} // namespace

// Six quantities: false alarm 6e-7. The root mean square of a quantity's pulls lies between 0.5 and 1.6 then.
TEST(McrgEstimates, PullsAgainstTheExactBlockedLattice) {
  const auto sums = squared_pulls(Fault::none);
  EXPECT_TRUE(std::all_of(sums.begin(), sums.end(), plausible)) << testing::PrintToString(sums);
}

TEST(McrgEstimates, TheTestSeesTiesThatAreAlwaysUp) {
  const auto sums = squared_pulls(Fault::ties_up);
  EXPECT_FALSE(std::all_of(sums.begin(), sums.end(), plausible)) << testing::PrintToString(sums);
}

TEST(McrgEstimates, TheTestSeesAMissingImageOfAnOperator) {
  EXPECT_FALSE(plausible(squared_pulls(Fault::missing_image)[3]));
}

} // namespace blockspin::rg
