// Seeds of points, and the table of a sweep as text.

#include <algorithm>
#include <functional>
#include <numeric>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "points_table.hpp"
#include "sweep_points.hpp"

namespace blockspin::app {
namespace {

/// Of a sweep over as many values of each of two keys.
std::vector<std::uint64_t> seeds_of(int n_values) {
  const std::vector<SweepKey> keys{{"rbm.V.hidden", {}}, {"rbm.V.learning_rate", {}}};
  std::vector<std::uint64_t> seeds;
  for (int i = 0; i < n_values; ++i)
    for (int k = 0; k < n_values; ++k)
      seeds.push_back(derived_seed(7, keys, {"", {std::to_string(i), "0." + std::to_string(k)}}));
  return seeds;
}

// Of so many seeds of 48 bits, 0.007 pairs are expected to be equal; of 37 bits, 14.
TEST(DerivedSeed, TwoMillionPointsHaveSeedsOfTheirOwn) {
  std::vector<std::uint64_t> seeds = seeds_of(1414);
  std::ranges::sort(seeds);
  EXPECT_TRUE(std::ranges::adjacent_find(seeds) == seeds.end());
}

TEST(DerivedSeed, UsesAllBitsThatEveryReaderOfTheTableCanHold) {
  const auto seeds = seeds_of(20);
  const auto any = std::accumulate(seeds.begin(), seeds.end(), std::uint64_t{0}, std::bit_or());
  const auto all = std::accumulate(seeds.begin(), seeds.end(), ~std::uint64_t{0}, std::bit_and());
  EXPECT_EQ(any, (std::uint64_t{1} << 48) - 1);
  EXPECT_EQ(all, 0u);
}

TEST(SweepKey, RangesAreOfNumbers) {
  EXPECT_EQ(read_sweep_key("a.b = 1:5:2").values, (std::vector<std::string>{"1", "3", "5"}));
  EXPECT_EQ(read_sweep_key("a.b=energy:0.1,2").values, (std::vector<std::string>{"energy:0.1", "2"}));
  EXPECT_EQ(read_sweep_key("a.b=1:3|x").values, (std::vector<std::string>{"1:3", "x"}));
  EXPECT_THROW(read_sweep_key("a.b=1:5"), Error);
  EXPECT_THROW(read_sweep_key("a.b=1:4:2"), Error);
}

const PointsTable table{
    {"rbm.V.hidden", "campaign.title"},
    {{"p1", "p1.ini", "p1.h5", "5", {"6, 3", "a \"b\""}}, {"p2", "p2.ini", "p2.h5", "6", {"4", ""}}}};

TEST(PointsTable, ReadsWhatItWrites) {
  const PointsTable read = read_points_table(text_of(table), "points.csv");
  EXPECT_EQ(read.keys, table.keys);
  EXPECT_EQ(read.rows, table.rows);
}

TEST(PointsTable, RefusesOtherTexts) {
  for (const std::string text :
       {"", "\n", "point,deck,archive\n", "point,deck,archive,seed,\"a\n",
        "point,deck,archive,seed,a\np,p.ini,p.h5,1\n", "point,deck,archive,seed\np,p.ini,p.h5,\"1\n"})
    EXPECT_THROW(read_points_table(text, "points.csv"), Error) << text;
}

TEST(PointsTable, GrowsByNewRowsOfTheSameKeys) {
  const PointsTable more{table.keys, {table.rows[1], {"p3", "p3.ini", "p3.h5", "7", {"5", "c"}}}};
  const PointsTable all = merged(table, more, "points.csv");
  ASSERT_EQ(all.rows.size(), 3u);
  EXPECT_EQ(all.rows[2].name, "p3");
  PointsTable other = more;
  other.rows[0].seed = "1";
  EXPECT_THROW(merged(table, other, "points.csv"), Error);
  other = more;
  std::ranges::reverse(other.keys);
  EXPECT_THROW(merged(table, other, "points.csv"), Error);
}

} // namespace
} // namespace blockspin::app
