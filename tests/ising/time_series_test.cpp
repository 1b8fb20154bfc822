// Time series through a saved state, whoever holds their rows.
#include <gtest/gtest.h>

#include "blockspin/ising/time_series.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::ising {
namespace {

constexpr std::uint64_t n_rows = 7, length = 9;

std::int64_t energy_of(std::uint64_t row, std::uint64_t i) {
  return static_cast<std::int64_t>(1000 * row + i);
}

TimeSeries make_series(mpi::Range rows) {
  TimeSeries series(rows.size());
  for (std::uint64_t i = 0; i < length; ++i)
    for (std::size_t row = 0; row < rows.size(); ++row)
      series.append(row, energy_of(rows.first + row, i), -energy_of(rows.first + row, i));
  return series;
}

void expect_rows(const TimeSeries& series, mpi::Range rows) {
  ASSERT_EQ(series.n_rows(), rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ASSERT_EQ(series.energy(row).size(), length);
    ASSERT_EQ(series.magnetization(row).size(), length);
    for (std::uint64_t i = 0; i < length; ++i) {
      EXPECT_EQ(series.energy(row)[i], energy_of(rows.first + row, i));
      EXPECT_EQ(series.magnetization(row)[i], -energy_of(rows.first + row, i));
    }
  }
}

} // namespace

TEST(TimeSeries, AnyDivisionLoadsWhatAnyOtherSaved) {
  const auto& world = test_world();
  const mpi::Range mine = mpi::block_range(n_rows, world.rank(), world.size());
  MemorySink sink(world);
  make_series(mine).save(sink, world, "series", mine.first, n_rows);
  MemorySource source(sink.state());
  for (const mpi::Range rows : {mpi::Range{0, n_rows}, mpi::Range{2, 5}, mpi::Range{3, 3}, mine}) {
    TimeSeries loaded(rows.size());
    loaded.load(source, "series", rows.first, n_rows);
    expect_rows(loaded, rows);
  }
}

TEST(TimeSeries, TwoOfOneStateKeepApart) {
  const auto self = mpi::Communicator::self();
  MemorySink sink(self);
  make_series({0, 2}).save(sink, self, "one", 0, 2);
  make_series({2, 4}).save(sink, self, "two", 0, 2);
  MemorySource source(sink.state());
  TimeSeries one(2), two(2);
  two.load(source, "two", 0, 2);
  one.load(source, "one", 0, 2);
  expect_rows(one, {0, 2});
  expect_rows(two, {2, 4});
}

TEST(TimeSeries, ThinningKeepsEverySecondSample) {
  TimeSeries series = make_series({1, 3});
  series.thin();
  EXPECT_EQ(series.length(), 4u);
  for (std::uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(series.energy(1)[i], energy_of(2, 2 * i + 1));
    EXPECT_EQ(series.magnetization(0)[i], -energy_of(1, 2 * i + 1));
  }
}

} // namespace blockspin::ising
