#include "blockspin/ising/correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::ising {
namespace {

/// Configurations of n sites with random bits.
Array<std::uint8_t, 2> random_configurations(std::uint64_t n_sites, std::size_t n) {
  const rng::Generator g(61, rng::StreamId::test, 0);
  Array<std::uint8_t, 2> packed({n, packed_bytes(n_sites)});
  for (std::size_t i = 0; i < n; ++i)
    for (std::uint64_t s = 0; s < n_sites; ++s)
      packed(i, s / 8) |= static_cast<std::uint8_t>((g.word(i, s) & 1) << (s % 8));
  return packed;
}

} // namespace

TEST(PairSums, AreWhatALoopOverSitesGives) {
  for (const std::vector<std::uint64_t>& extents :
       {std::vector<std::uint64_t>{7}, {5, 6}, {4, 130}, {3, 5, 70}, {128}, {64, 64}}) {
    const lattice::Geometry geometry(extents);
    const auto packed = random_configurations(geometry.n_sites(), 2);
    const PackedView view{packed, geometry.n_sites()};
    const std::size_t distances = n_distances(geometry);
    EXPECT_EQ(distances, *std::min_element(extents.begin(), extents.end()) / 2 + 1);
    for (std::size_t i = 0; i < 2; ++i) {
      const PairSums sums = pair_sums(geometry, view, i, distances);
      std::int64_t magnetization = 0;
      for (std::uint64_t s = 0; s < geometry.n_sites(); ++s) magnetization += view.spin(i, s);
      EXPECT_EQ(sums.magnetization, magnetization);
      for (std::size_t r = 0; r < distances; ++r) {
        std::int64_t expected = 0;
        for (std::uint64_t s = 0; s < geometry.n_sites(); ++s)
          for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
            lattice::Coordinates at = geometry.coordinates(s);
            auto& x = at[static_cast<std::size_t>(axis)];
            x = (x + r) % geometry.extent(axis);
            expected += view.spin(i, s) * view.spin(i, geometry.site(at));
          }
        EXPECT_EQ(sums.pair_sum[r], expected) << geometry.name() << " r = " << r;
      }
    }
  }
}

TEST(PairSums, StructureFactorOfAWave) {
  // Half the rows up, half down: sum s exp(ikx) = L 2 / sin(pi/L) in modulus, across one of two axes.
  const lattice::Geometry geometry({8, 8});
  Array<std::uint8_t, 2> packed({1, 8});
  for (std::size_t row = 0; row < 4; ++row) packed(0, row) = 0xFF;
  const PairSums sums = pair_sums(geometry, {packed, 64}, 0, 2);
  const double wave = 8 * 2 / std::sin(std::numbers::pi / 8);
  EXPECT_NEAR(sums.structure, wave * wave / 64 / 2, 1e-10);
}

// Sixty-four AR(1) chains kept in turn, tau about 10: with the chains told apart the error of <M^2> is right,
// taken for one chain (the twin) it is far too small. 200 trials: the mean squared pull of a right error is 1
// +- 0.1; beyond [0.5, 1.7] by chance: < 1e-6.
TEST(Correlations, ErrorsKnowTheChains) {
  const lattice::Geometry geometry({8});
  const std::size_t n_chains = 64, length = 60, n_trials = 200;
  const double memory = 0.9;
  const rng::Generator random(63, rng::StreamId::test, 0);
  double told = 0, taken_for_one = 0;
  for (std::size_t trial = 0; trial < n_trials; ++trial) {
    std::vector<PairSums> sums(n_chains * length, PairSums{{0}, 0, 1});
    for (std::size_t c = 0; c < n_chains; ++c) {
      double x = random.normal(trial, c * (length + 1));
      for (std::size_t i = 0; i < length; ++i) {
        sums[i * n_chains + c].pair_sum[0] = std::llround(1e6 * x);
        x = memory * x + std::sqrt(1 - memory * memory) * random.normal(trial, c * (length + 1) + i + 1);
      }
    }
    const auto pull = [&](std::size_t chains) {
      const auto g = correlations(geometry, 1.0, sums, chains).pair[0];
      return g.mean / g.error;
    };
    told += std::pow(pull(n_chains), 2) / static_cast<double>(n_trials);
    taken_for_one += std::pow(pull(1), 2) / static_cast<double>(n_trials);
  }
  EXPECT_GT(told, 0.5);
  EXPECT_LT(told, 1.7);
  EXPECT_GT(taken_for_one, 3.0);
}

// The chain's G(r) = (t^r + t^(n - r)) / (1 + t^n): sixteen pulls and the length, false alarm < 1e-7 each.
// 127 configurations of 64 chains: the 63 that fill no turn count for the means like all others.
TEST(Correlations, MeansAreOfAllConfigurations) {
  const lattice::Geometry geometry({8, 8});
  const auto packed = random_configurations(64, 127);
  std::vector<PairSums> sums;
  double at_zero = 0, at_k = 0;
  std::vector<std::int64_t> total(n_distances(geometry));
  for (std::size_t i = 0; i < 127; ++i) {
    sums.push_back(pair_sums(geometry, {packed, 64}, i, total.size()));
    for (std::size_t r = 0; r < total.size(); ++r) total[r] += sums[i].pair_sum[r];
    sums[i].structure *= 0.1; // as if there were correlations to fit
    at_zero += static_cast<double>(sums[i].magnetization * sums[i].magnetization) / 64;
    at_k += sums[i].structure;
  }
  const Correlations c = correlations(geometry, 1.0, sums, 64);
  for (std::size_t r = 0; r < total.size(); ++r)
    EXPECT_DOUBLE_EQ(c.pair[r].mean, static_cast<double>(total[r]) / (127.0 * 128.0)) << r;
  EXPECT_NEAR(c.length.mean, std::sqrt(at_zero / at_k - 1) / (2 * std::sin(std::numbers::pi / 8)), 1e-12);
  EXPECT_GT(c.length.error, 0);
}

TEST(Correlations, OfTheChainAreExact) {
  const lattice::Geometry geometry({32});
  const double temperature = 0.9, t = std::tanh(1 / temperature);
  const mpi::Communicator self = mpi::Communicator::self();
  RowSpins spins(RowBlock::whole(geometry));
  SwendsenWang update(spins.block());
  ClusterStream random{rng::Generator(62, rng::StreamId::test, 0), 0, 0};
  std::vector<PairSums> sums;
  for (random.sweep = 0; random.sweep < 20000; ++random.sweep) {
    update.sweep(spins, temperature, random, self);
    Array<std::uint8_t, 2> packed({1, 4});
    spins.pack(packed.flat());
    sums.push_back(pair_sums(geometry, {packed, 32}, 0, n_distances(geometry)));
  }
  const Correlations measured = correlations(geometry, 1.0, sums);
  double at_zero = 0, at_k = 0;
  for (int r = 0; r < 32; ++r) {
    const double exact = (std::pow(t, r) + std::pow(t, 32 - r)) / (1 + std::pow(t, 32));
    at_zero += exact;
    at_k += exact * std::cos(2 * std::numbers::pi * r / 32);
    if (r == 0 || r > 16) continue;
    const auto& g = measured.pair[static_cast<std::size_t>(r)];
    EXPECT_GT(stats::two_sided_p((g.mean - exact) / g.error), 1e-7) << r;
  }
  EXPECT_EQ(measured.pair[0].mean, 1);
  const double length = std::sqrt(at_zero / at_k - 1) / (2 * std::sin(std::numbers::pi / 32));
  EXPECT_GT(stats::two_sided_p((measured.length.mean - length) / measured.length.error), 1e-7);
  EXPECT_LT(measured.length.error, 0.05 * length);
}

TEST(Correlations, OfOrderedSpinsHaveNoLength) {
  const lattice::Geometry geometry({4, 4});
  Array<std::uint8_t, 2> packed({1, 2});
  const PairSums sums[] = {pair_sums(geometry, {packed, 16}, 0, 3), pair_sums(geometry, {packed, 16}, 0, 3)};
  const Correlations c = correlations(geometry, 1.0, sums);
  EXPECT_EQ(c.pair[2].mean, 1);
  EXPECT_TRUE(std::isinf(c.length.mean));
}

TEST(Correlations, ErrorsOfWhatDidNotVaryAreBounds) {
  const lattice::Geometry geometry({4, 4});
  Array<std::uint8_t, 2> packed({1, 2});
  const std::vector<PairSums> sums(10, pair_sums(geometry, {packed, 16}, 0, 3));
  const Correlations chain = correlations(geometry, 0.5, sums), ground = correlations(geometry, 0, sums);
  EXPECT_EQ(chain.pair[0].error, 0); // s^2 = 1
  EXPECT_DOUBLE_EQ(chain.pair[1].error, 3 * 4.0 / 16 / 10);
  EXPECT_TRUE(chain.pair[1].is_bound);
  EXPECT_EQ(ground.pair[1].error, 0); // every ground state is drawn
}

} // namespace blockspin::ising
