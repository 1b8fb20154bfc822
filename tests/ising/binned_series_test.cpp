// Bins of long series: exact whatever the order of adding, joining and saving, and as good as single samples.
#include <gtest/gtest.h>

#include <cmath>

#include "blockspin/ising/observables.hpp"
#include "stats/ar1.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::ising {
namespace {

/// Energies and magnetisations of correlated chains, [chain][time]: AR(1), rounded.
struct Samples {
  std::vector<std::vector<std::int64_t>> energy, magnetization;
};

Samples draw(std::size_t n_chains, std::size_t length, double a) {
  const auto e = test::ar1(test::generator(81), 0, n_chains, length, a),
             m = test::ar1(test::generator(82), 0, n_chains, length, a);
  Samples s;
  for (std::size_t c = 0; c < n_chains; ++c) {
    s.energy.emplace_back();
    s.magnetization.emplace_back();
    for (std::size_t t = 0; t < length; ++t) {
      s.energy.back().push_back(std::lround(20 * e(c, t)) - 150);
      s.magnetization.back().push_back(std::lround(30 * m(c, t)) + 10);
    }
  }
  return s;
}

BinnedSeries binned(const Samples& s, std::uint64_t width) {
  BinnedSeries bins(s.energy.size(), width);
  for (std::size_t row = 0; row < s.energy.size(); ++row) bins.add(row, s.energy[row], s.magnetization[row]);
  return bins;
}

void expect_same(const BinnedSeries& a, const BinnedSeries& b) {
  ASSERT_EQ(a.n_rows(), b.n_rows());
  EXPECT_EQ(a.width(), b.width());
  for (std::size_t row = 0; row < a.n_rows(); ++row) EXPECT_TRUE(a.bins(row) == b.bins(row)) << row;
}

template <class T>
std::vector<std::span<const T>> views(const std::vector<std::vector<T>>& rows) {
  return {rows.begin(), rows.end()};
}

Observables measure_binned(const Samples& s, std::uint64_t width) {
  const BinnedSeries bins = binned(s, width);
  std::vector<std::span<const Bin>> chains;
  for (std::size_t row = 0; row < bins.n_rows(); ++row) chains.emplace_back(bins.bins(row));
  return measure({100, 2.5, 0.1}, chains);
}

} // namespace

TEST(BinnedSeries, JoinedBinsAreWideOnes) {
  const Samples s = draw(3, 203, 0.5); // the last bin is not full
  BinnedSeries joined = binned(s, 8);
  joined.join_pairs();
  expect_same(joined, binned(s, 16));
  joined.join_pairs();
  expect_same(joined, binned(s, 32));
}

TEST(BinnedSeries, AddsInAnyPortions) {
  const Samples s = draw(1, 203, 0.5);
  BinnedSeries portions(1, 16);
  for (std::size_t first = 0, n = 1; first < 203; first += n, n = n % 37 + 1) {
    n = std::min(n, 203 - first);
    portions.add(0, std::span(s.energy[0]).subspan(first, n),
                 std::span(s.magnetization[0]).subspan(first, n));
  }
  expect_same(portions, binned(s, 16));
  EXPECT_EQ(portions.bins(0).size(), 13U);
  EXPECT_EQ(portions.bins(0).back().sums.n, 11U);
  EXPECT_EQ(portions.bins(0)[1].last_energy, s.energy[0][31]);
}

TEST(BinnedSeries, AnyDivisionLoadsWhatAnyOtherSaved) {
  const auto& world = test_world();
  const std::uint64_t n_rows = 7;
  const BinnedSeries all = binned(draw(n_rows, 50, 0.5), 16);
  const auto part = [&](mpi::Range rows) {
    BinnedSeries mine(rows.size(), 16);
    for (std::size_t row = 0; row < rows.size(); ++row) mine.take(row, all.bins(rows.first + row));
    return mine;
  };
  const mpi::Range mine = mpi::block_range(n_rows, world.rank(), world.size());
  MemorySink sink(world);
  part(mine).save(sink, world, "bins", mine.first, n_rows);
  MemorySource source(sink.state());
  for (const mpi::Range rows : {mpi::Range{0, n_rows}, mpi::Range{2, 5}, mpi::Range{3, 3}, mine}) {
    BinnedSeries loaded(rows.size(), 1);
    loaded.load(source, "bins", rows.first, n_rows);
    expect_same(loaded, part(rows));
  }
}

// Bins of 16 and 64 samples whose tau is 4.5: the same means, and the same errors and tau but for what fewer
// numbers tell of them: of 3750 bins 2 % and 6 % (4 % from the bins' variance, up to 5 % from that of a
// sample). Beyond six of those: once in 1e7 for these 32 looks.
TEST(BinnedSeries, MeasureWhatSingleSamplesDo) {
  const Samples s = draw(4, 60000, 0.8);
  const Observables plain =
      measure({100, 2.5, 0.1}, views<std::int64_t>(s.energy), views<std::int64_t>(s.magnetization));
  for (const std::uint64_t width : {1, 16, 64}) {
    const Observables bins = measure_binned(s, width);
    for (const Observable o : all_observables) {
      EXPECT_EQ(bins[o].mean, plain[o].mean) << name(o);
      EXPECT_NEAR(bins[o].error / plain[o].error, 1, 0.12) << name(o) << width;
      EXPECT_NEAR(bins[o].tau / plain[o].tau, 1, 0.36) << name(o) << width;
    }
  }
  EXPECT_NEAR(plain[Observable::energy].tau, 4.5, 0.5);
}

TEST(BinnedSeries, AnUnfilledBinCountsForTheMean) {
  const Samples s = draw(2, 16 * 100 + 9, 0.5);
  const Observables plain =
      measure({100, 2.5, 0.1}, views<std::int64_t>(s.energy), views<std::int64_t>(s.magnetization));
  for (const Observable o : all_observables) EXPECT_EQ(measure_binned(s, 16)[o].mean, plain[o].mean);
}

} // namespace blockspin::ising
