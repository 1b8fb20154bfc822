#include "blockspin/ising/block_spins.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::ising {
namespace {

using Extents = std::vector<std::uint64_t>;

rng::Generator ties_of(std::uint64_t seed) { return {seed, rng::StreamId::block_tie, 5}; }

/// Random spins, up with a probability of (1 + order) / 2.
void randomise(RowBits& spins, std::uint64_t number, double order = 0) {
  const rng::Generator g(71, rng::StreamId::test, 1);
  for (std::uint64_t site = 0; site < spins.lattice().n_sites(); ++site) {
    const std::uint64_t x = site % spins.lattice().row_length(), r = site / spins.lattice().row_length();
    const std::uint64_t bit = g.uniform(number, site) < (1 + order) / 2 ? 1 : 0;
    spins.row(r)[x / 64] = (spins.row(r)[x / 64] & ~(std::uint64_t{1} << (x % 64))) | bit << (x % 64);
  }
}

/// Coordinates of a site, last axis fastest.
Extents place_of(std::uint64_t site, const Extents& extents) {
  Extents place(extents.size());
  for (std::size_t axis = extents.size(); axis-- > 0; site /= extents[axis])
    place[axis] = site % extents[axis];
  return place;
}
std::uint64_t site_at(const Extents& place, const Extents& extents) {
  std::uint64_t site = 0;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) site = site * extents[axis] + place[axis];
  return site;
}

/// The plain rule, spin by spin: what a tie becomes is asked for by the block's row and column.
struct PlainRule {
  BlockRule rule;
  unsigned factor;
  std::function<int(std::uint64_t row, std::uint64_t x)> tie;

  std::vector<int> operator()(const std::vector<int>& spins, Extents& extents) const {
    Extents coarse = extents;
    for (auto& extent : coarse) extent /= factor;
    std::vector<int> sum(spins.size() / static_cast<std::size_t>(std::pow(factor, extents.size())), 0);
    std::vector<int> first(sum.size(), 0);
    for (std::uint64_t site = 0; site < spins.size(); ++site) {
      Extents place = place_of(site, extents);
      bool is_first = true;
      for (auto& x : place) is_first = is_first && x % factor == 0, x /= factor;
      const std::uint64_t block = site_at(place, coarse);
      sum[block] += spins[site];
      if (is_first) first[block] = spins[site];
    }
    for (std::uint64_t block = 0; block < sum.size(); ++block) {
      if (rule == BlockRule::decimation)
        sum[block] = first[block];
      else if (sum[block] == 0)
        sum[block] = tie(block / coarse.back(), block % coarse.back());
      else
        sum[block] = sum[block] > 0 ? 1 : -1;
    }
    extents = coarse;
    return sum;
  }
};

std::vector<int> spins_of(const RowBits& bits) {
  std::vector<int> spins;
  for (std::uint64_t site = 0; site < bits.lattice().n_sites(); ++site) spins.push_back(bits.spin(site));
  return spins;
}

/// Whether all levels of some configurations are what the plain rule gives; ties: of the plain rule.
using PlainTie = std::function<int(const rng::Generator&, std::uint64_t configuration, unsigned level,
                                   std::uint64_t row, std::uint64_t x, std::uint64_t words_per_row)>;
bool agrees(const Extents& extents, BlockRule rule, unsigned factor, const PlainTie& tie) {
  const RowLattice lattice(extents);
  const rng::Generator generator = ties_of(9);
  BlockLevels levels(lattice, rule, factor, most_levels(lattice, factor, 1), generator);
  for (std::uint64_t number = 0; number < 3; ++number) {
    randomise(levels.spins(), number, 0.2 * static_cast<double>(number));
    levels.block(number + 1000000);
    std::vector<int> spins = spins_of(levels.spins());
    Extents left = extents;
    for (unsigned n = 1; n <= levels.n_levels(); ++n) {
      const std::uint64_t words = levels.level(n).lattice().words_per_row();
      spins = PlainRule{rule, factor, [&](std::uint64_t row, std::uint64_t x) {
                          return tie(generator, number + 1000000, n, row, x, words);
                        }}(spins, left);
      if (left != levels.level(n).lattice().extents() || spins != spins_of(levels.level(n))) return false;
    }
  }
  return true;
}

/// As documented: bit x % 64 of the word of the block's row.
int documented_tie(const rng::Generator& generator, std::uint64_t configuration, unsigned level,
                   std::uint64_t row, std::uint64_t x, std::uint64_t words_per_row) {
  return generator.word(configuration << 8 | level, row * words_per_row + x / 64) >> (x % 64) & 1 ? 1 : -1;
}

const std::vector<std::pair<unsigned, Extents>>& lattices() {
  static const std::vector<std::pair<unsigned, Extents>> all = {
      {2, {4}},         {2, {64}},        {2, {704}},        {3, {9}},         {3, {729}},
      {2, {4, 4}},      {2, {8, 6}},      {2, {64, 64}},     {2, {6, 260}},    {2, {128, 256}},
      {3, {9, 9}},      {3, {6, 3}},      {3, {27, 81}},     {3, {12, 390}},   {3, {54, 216}},
      {2, {4, 4, 4}},   {2, {8, 12, 20}}, {2, {32, 32, 32}}, {2, {4, 2, 132}}, {3, {9, 9, 9}},
      {3, {3, 6, 195}}, {3, {27, 27, 27}}};
  return all;
}

} // namespace

TEST(BlockSpins, AreThoseOfThePlainRule) {
  for (const auto& [factor, extents] : lattices())
    for (const BlockRule rule : {BlockRule::majority, BlockRule::decimation})
      EXPECT_TRUE(agrees(extents, rule, factor, documented_tie))
          << factor << " " << testing::PrintToString(extents);
}

// One tie in 256 always up, or the tie of another level: the comparison can tell.
TEST(BlockSpins, TheTestSeesTiesThatAreNotDrawnAsDocumented) {
  const auto always_up = [](const rng::Generator& g, std::uint64_t c, unsigned level, std::uint64_t row,
                            std::uint64_t x, std::uint64_t words) {
    return row == 5 && x == 7 ? 1 : documented_tie(g, c, level, row, x, words);
  };
  const auto other_level = [](const rng::Generator& g, std::uint64_t c, unsigned level, std::uint64_t row,
                              std::uint64_t x,
                              std::uint64_t words) { return documented_tie(g, c, level + 1, row, x, words); };
  EXPECT_FALSE(agrees({128, 256}, BlockRule::majority, 2, always_up));
  EXPECT_FALSE(agrees({64, 64}, BlockRule::majority, 2, other_level));
  EXPECT_TRUE(agrees({27, 81}, BlockRule::majority, 3, always_up)); // blocks of nine never tie
}

// Each of 16 blocks' share of ups in 20,000 ties, as one chi-square: false alarm 1e-7. The twin: one block's
// tie is up in every tenth configuration.
TEST(BlockSpins, TiesAreEven) {
  const RowLattice lattice({8, 8});
  for (const bool fault : {false, true}) {
    BlockLevels levels(lattice, BlockRule::majority, 2, 1, ties_of(10));
    for (std::uint64_t row = 0; row < 8; ++row) levels.spins().row(row)[0] = row % 2 == 0 ? 0xFF : 0;
    const std::uint64_t n = 20000;
    std::vector<double> pulls(16, -static_cast<double>(n) / 2);
    for (std::uint64_t number = 0; number < n; ++number) {
      levels.block(number);
      for (std::uint64_t block = 0; block < 16; ++block)
        if (levels.level(1).spin(block) > 0 || (fault && block == 3 && number % 10 == 0)) pulls[block] += 1;
    }
    for (double& pull : pulls) pull /= std::sqrt(static_cast<double>(n)) / 2;
    const double p = stats::normal_pulls(pulls).p_value;
    EXPECT_EQ(p < 1e-7, fault) << p;
  }
}

TEST(BlockSpins, LevelsEndWhereBlocksNoLongerFit) {
  EXPECT_EQ(most_levels(RowLattice({64, 64}), 2, 4), 4U);
  EXPECT_EQ(most_levels(RowLattice({64, 64}), 2, 1), 6U);
  EXPECT_EQ(most_levels(RowLattice({64, 24}), 2, 1), 3U);
  EXPECT_EQ(most_levels(RowLattice({45, 45}), 3, 4), 2U);
  EXPECT_EQ(most_levels(RowLattice({45, 45}), 2, 4), 0U);
  EXPECT_THROW(BlockLevels(RowLattice({12, 12}), BlockRule::majority, 2, 3, ties_of(1)), Error);
  EXPECT_THROW(Blocking(RowLattice({25}), BlockRule::majority, 5), Error);
}

TEST(RowBits, ArePackedConfigurationsRowByRow) {
  for (const Extents& extents : {Extents{5}, {2, 2}, {3, 7}, {4, 64}, {3, 70}, {2, 3, 130}}) {
    RowBits spins((RowLattice(extents)));
    randomise(spins, 7);
    std::vector<std::uint8_t> packed(packed_bytes(spins.lattice().n_sites()), 0xFF);
    spins.pack(packed);
    const PackedView view{{packed.data(), {1, packed.size()}}, spins.lattice().n_sites()};
    for (std::uint64_t site = 0; site < view.n_sites; ++site) EXPECT_EQ(view.spin(0, site), spins.spin(site));
    RowBits again((RowLattice(extents)));
    again.unpack(packed);
    EXPECT_EQ(spins_of(again), spins_of(spins));
    for (std::uint64_t r = 0; r < again.lattice().n_rows(); ++r)
      EXPECT_EQ(again.row(r).back() & ~again.lattice().last_mask(), 0U);
  }
}

} // namespace blockspin::ising
