// Rows divided over ranks: the same table whatever the ranks, also when it is stopped and goes on elsewhere.

#include "blockspin/mpi/divided_rows.hpp"

#include <gtest/gtest.h>

#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::mpi {
namespace {

constexpr std::uint64_t n_rows = 101;
constexpr std::size_t width = 3;

void fill(Range rows, View<double, 2> values) {
  for (std::uint64_t row = rows.first; row < rows.last; ++row)
    for (std::size_t k = 0; k < width; ++k)
      values(row - rows.first, k) = static_cast<double>(row * width + k);
}

std::vector<double> expected() {
  std::vector<double> all(n_rows * width);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<double>(i);
  return all;
}

TEST(DividedRows, GiveTheWholeTableOnEveryRank) {
  for (const std::uint64_t a_step : {1, 7, 1000}) {
    DividedRows table(test_world(), {n_rows, width, a_step}, fill);
    EXPECT_EQ(table.work_done(), 0);
    while (!table.done()) table.advance();
    EXPECT_EQ(table.gathered(), expected());
    EXPECT_EQ(table.work_done(), table.work_total());
  }
}

/// Ranks whose part is another than before, empty on all but the last.
Range all_on_the_last_rank() {
  const bool is_last = test_world().rank() + 1 == test_world().size();
  return is_last ? Range{0, n_rows} : Range{0, 0};
}

TEST(DividedRows, GoOnWithOtherPartsAndRepeatNothing) {
  for (const int n_steps : {0, 1, 3, 5}) {
    DividedRows before(test_world(), {n_rows, width, 4}, fill);
    for (int step = 0; step < n_steps && !before.done(); ++step) before.advance();
    MemorySink sink(test_world());
    before.save(sink);

    std::uint64_t n_filled = 0;
    DividedRows after(test_world(), {n_rows, width, 9}, all_on_the_last_rank(),
                      [&](Range rows, View<double, 2> values) {
                        n_filled += rows.size();
                        fill(rows, values);
                      });
    MemorySource source(sink.state());
    after.load(source);
    EXPECT_NEAR(after.work_done(), before.work_done(), 4.0 * test_world().size());
    while (!after.done()) after.advance();
    EXPECT_EQ(after.gathered(), expected());
    const auto n_before =
        static_cast<std::uint64_t>(n_steps) * 4 * static_cast<std::uint64_t>(test_world().size());
    EXPECT_EQ(test_world().sum(n_filled), n_rows - std::min(n_rows, n_before));
  }
}

TEST(DividedRows, AShortRowMakesManyAStepALongOneOne) {
  EXPECT_EQ(rows_a_step(10.0), 1U);
  EXPECT_GT(rows_a_step(1e-6), 1000U);
}

} // namespace
} // namespace blockspin::mpi
