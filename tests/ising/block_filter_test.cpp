// Blocking by a filter against plain sums over windows, and against the rules it contains.

#include "blockspin/ising/block_filter.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/block_spins.hpp"
#include "blockspin/stats/hypothesis.hpp"

namespace blockspin::ising {
namespace {

using Extents = std::vector<std::uint64_t>;

const rng::Generator random_numbers(72, rng::StreamId::test, 1);

void set_spin(RowBits& spins, std::uint64_t site, bool up) {
  const std::uint64_t x = site % spins.lattice().row_length();
  std::uint64_t& word = spins.row(site / spins.lattice().row_length())[x / 64];
  word = (word & ~(std::uint64_t{1} << (x % 64))) | std::uint64_t{up} << (x % 64);
}

RowBits random_spins(const RowLattice& lattice, std::uint64_t number) {
  RowBits spins(lattice);
  for (std::uint64_t site = 0; site < lattice.n_sites(); ++site)
    set_spin(spins, site, random_numbers.uniform(number, site) < 0.55);
  return spins;
}

BlockFilter random_filter(int n_dimensions, unsigned side, unsigned stride, double size) {
  BlockFilter filter{n_dimensions, side, stride, {}, 0.0F, 0.3F};
  const auto n = static_cast<std::uint64_t>(std::lround(std::pow(side, n_dimensions)));
  for (std::uint64_t d = 0; d < n; ++d)
    filter.weights.push_back(static_cast<float>(size * random_numbers.normal(1000 + side, d)));
  return filter;
}

/// A site moved by `step` along every axis.
std::uint64_t moved(std::uint64_t site, const Extents& extents, std::uint64_t step) {
  std::uint64_t to = 0, stride = 1;
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    to += (site % extents[axis] + step) % extents[axis] * stride;
    site /= extents[axis];
    stride *= extents[axis];
  }
  return to;
}

RowBits moved(const RowBits& spins, std::uint64_t step) {
  RowBits to(spins.lattice());
  for (std::uint64_t site = 0; site < spins.lattice().n_sites(); ++site)
    set_spin(to, moved(site, spins.lattice().extents(), step), spins.spin(site) > 0);
  return to;
}

bool same(const RowBits& a, const RowBits& b) { return std::ranges::equal(a.words(), b.words()); }

struct Shape {
  Extents extents;
  unsigned side, stride;
};
const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {{{4, 4}, 2, 2},    {{4, 4}, 4, 2},     {{8, 8}, 8, 2},
                                         {{6, 132}, 5, 2},  {{32, 32}, 8, 2},   {{18, 66}, 11, 3},
                                         {{9, 9}, 1, 3},    {{70}, 9, 2},       {{192}, 17, 3},
                                         {{8, 4, 6}, 3, 2}, {{6, 6, 66}, 4, 3}, {{12, 12, 12}, 8, 2}};
  return all;
}

/// The largest difference of a block's field from the plain sum over its window, which begins (side - stride) / 2
/// sites before the block, moved by `fault` sites.
double largest_error(const Shape& shape, std::uint64_t fault) {
  const RowLattice lattice(shape.extents);
  const BlockFilter filter = random_filter(lattice.n_dimensions(), shape.side, shape.stride, 1);
  const FilterBlocking blocking(lattice, filter);
  const FilterWindows windows(lattice, shape.side, shape.stride);
  const RowBits spins = random_spins(lattice, 5);
  double largest = 0;
  for (std::uint64_t block = 0; block < windows.coarse().n_sites(); ++block) {
    double sum = 0.3F;
    for (std::size_t d = 0; d < filter.weights.size(); ++d)
      sum += static_cast<double>(filter.weights[d]) *
             spins.spin(moved(windows.site(block, d), shape.extents, fault));
    largest = std::max(largest, std::abs(sum - blocking.field(spins, block)));
  }
  return largest;
}

} // namespace

TEST(BlockFilter, FieldsAreSumsOverWindows) {
  for (const Shape& shape : shapes()) {
    EXPECT_LT(largest_error(shape, 0), 1e-12) << testing::PrintToString(shape.extents);
    EXPECT_GT(largest_error(shape, 1), 0.01) << testing::PrintToString(shape.extents);
  }
}

TEST(BlockFilter, WindowsStandAroundTheirBlocks) {
  const FilterWindows windows(RowLattice({8, 8}), 4, 2);
  EXPECT_EQ(windows.site(0, 0), 7U * 8 + 7); // one before on each axis
  EXPECT_EQ(windows.site(0, 15), 2U * 8 + 2);
  EXPECT_EQ(windows.site(5, 5), 2U * 8 + 2); // block (1, 1), place (1, 1)
  EXPECT_EQ(FilterWindows(RowLattice({9, 9}), 1, 3).site(4, 0), 3U * 9 + 3);
}

// Infinite weights: the majority of 3x3 spins, and the first spin.
TEST(BlockFilter, HoldsMajorityAndDecimation) {
  for (const Extents& extents : {Extents{27, 81}, {9, 9, 9}, {135}}) {
    const RowLattice lattice(extents);
    const int n = lattice.n_dimensions();
    for (const BlockRule rule : {BlockRule::majority, BlockRule::decimation}) {
      const unsigned side = rule == BlockRule::majority ? 3 : 1;
      BlockFilter filter = random_filter(n, side, 3, 0);
      std::ranges::fill(filter.weights, 1e4F);
      BlockLevels known(lattice, rule, 3, 2, random_numbers),
          filtered(lattice, BlockRule::filter, 3, 2, random_numbers, {filter});
      for (BlockLevels* levels : {&known, &filtered}) {
        levels->spins().words()[0] = 0;
        std::ranges::copy(random_spins(lattice, 3).words(), levels->spins().words().begin());
        levels->block(17);
      }
      for (unsigned level : {1U, 2U}) EXPECT_TRUE(same(known.level(level), filtered.level(level)));
    }
  }
}

// A translation by the stride moves every block spin by one, if the random numbers move with it; by one site not.
TEST(BlockFilter, BlockingAndTranslationsCommute) {
  for (const Shape& shape : shapes()) {
    const RowLattice lattice(shape.extents);
    const FilterBlocking blocking(lattice,
                                  random_filter(lattice.n_dimensions(), shape.side, shape.stride, 0.2));
    const RowLattice& coarse = blocking.coarse();
    std::vector<std::uint64_t> random(coarse.n_sites()), moved_random(coarse.n_sites());
    random_numbers.words(8, 0, random);
    for (std::uint64_t block = 0; block < coarse.n_sites(); ++block)
      moved_random[moved(block, coarse.extents(), 1)] = random[block];
    const RowBits spins = random_spins(lattice, 6);
    RowBits out(coarse), out_of_moved(coarse), out_of_less(coarse);
    blocking.apply(spins, random, out);
    blocking.apply(moved(spins, shape.stride), moved_random, out_of_moved);
    EXPECT_TRUE(same(moved(out, 1), out_of_moved)) << testing::PrintToString(shape.extents);
    if (coarse.n_sites() < 64) continue;
    blocking.apply(moved(spins, 1), moved_random, out_of_less);
    EXPECT_FALSE(same(moved(out, 1), out_of_less)) << testing::PrintToString(shape.extents);
  }
}

// Of 16 blocks the number of ups in 20,000 draws as one chi-square: false alarm 1e-7. The twin expects fields that
// are twice as strong.
TEST(BlockFilter, SpinsAreUpWithTheirProbability) {
  const RowLattice lattice({8, 8});
  const BlockFilter filter = random_filter(2, 4, 2, 0.2);
  const FilterBlocking blocking(lattice, filter);
  const double n = 20000;
  BlockLevels levels(lattice, BlockRule::filter, 2, 1, random_numbers, {filter});
  std::ranges::copy(random_spins(lattice, 9).words(), levels.spins().words().begin());
  std::vector<double> ups(16, 0.0);
  for (std::uint64_t number = 0; number < 20000; ++number) {
    levels.block(number);
    for (std::uint64_t block = 0; block < 16; ++block) ups[block] += levels.level(1).spin(block) > 0;
  }
  for (const double fault : {1.0, 2.0}) {
    std::vector<double> pulls;
    for (std::uint64_t block = 0; block < 16; ++block) {
      const double p = 1 / (1 + std::exp(-2 * fault * blocking.field(levels.spins(), block)));
      pulls.push_back((ups[block] - n * p) / std::sqrt(n * p * (1 - p)));
    }
    const double p_value = stats::normal_pulls(pulls).p_value;
    EXPECT_EQ(p_value < 1e-7, fault != 1) << p_value;
  }
}

TEST(BlockFilter, EveryLevelHasItsFilterAndTheLastServesAllBeyond) {
  const RowLattice lattice({32, 32});
  const BlockFilter first = random_filter(2, 8, 2, 0.3), second = random_filter(2, 3, 2, 0.3);
  BlockLevels levels(lattice, BlockRule::filter, 2, 3, random_numbers, {first, second});
  std::ranges::copy(random_spins(lattice, 9).words(), levels.spins().words().begin());
  levels.block(5);
  for (unsigned n = 0; n < 3; ++n) {
    const FilterBlocking step(levels.level(n).lattice(), n == 0 ? first : second);
    std::vector<std::uint64_t> random(step.coarse().n_sites());
    random_numbers.words(5 << 8 | (n + 1), 0, random);
    RowBits out(step.coarse());
    step.apply(levels.level(n), random, out);
    EXPECT_TRUE(same(out, levels.level(n + 1))) << n;
  }
}

TEST(BlockFilter, IsOrientedByTheSumOfItsWeights) {
  const BlockFilter down{1, 2, 2, {-3.0F, 1.0F}, 0.5F, 0.25F};
  EXPECT_EQ(oriented(down), (BlockFilter{1, 2, 2, {3.0F, -1.0F}, 0.5F, -0.25F}));
  EXPECT_EQ(oriented(oriented(down)), oriented(down));
}

TEST(BlockFilter, RefusesWhatDoesNotFit) {
  EXPECT_THROW(FilterWindows(RowLattice({8, 4}), 5, 2), Error);
  EXPECT_THROW(FilterWindows(RowLattice({8, 9}), 2, 2), Error);
  EXPECT_THROW(FilterBlocking(RowLattice({8, 8}), random_filter(3, 2, 2, 1)), Error);
  EXPECT_THROW(BlockLevels(RowLattice({8, 8}), BlockRule::filter, 2, 1, random_numbers), Error);
  EXPECT_THROW(
      BlockLevels(RowLattice({9, 9}), BlockRule::filter, 2, 1, random_numbers, {random_filter(2, 3, 3, 1)}),
      Error);
  EXPECT_THROW(Blocking(RowLattice({8, 8}), BlockRule::filter, 2), Error);
}

} // namespace blockspin::ising
