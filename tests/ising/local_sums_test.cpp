#include "blockspin/ising/local_sums.hpp"

#include <gtest/gtest.h>

#include "blockspin/ising/operator_sums.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::ising {
namespace {

RowBits random_spins(const RowLattice& lattice) {
  RowBits spins(lattice);
  const rng::Generator g(73, rng::StreamId::test, 3);
  for (std::uint64_t r = 0; r < lattice.n_rows(); ++r) {
    g.words(0, r * lattice.words_per_row(), spins.row(r));
    spins.row(r).back() &= lattice.last_mask();
  }
  return spins;
}

std::vector<Operator> all_operators(int n_dimensions) {
  std::vector<Operator> all = even_operators(n_dimensions);
  for (const Operator& op : odd_operators(n_dimensions)) all.push_back(op);
  return all;
}

/// Whether turning any one spin changes every sum by -2 x: the counters of whole sums tell.
bool agree(const std::vector<std::uint64_t>& extents, const std::vector<Operator>& local_operators,
           const std::vector<Operator>& operators) {
  const RowLattice lattice(extents);
  RowBits spins = random_spins(lattice);
  LocalSums local(lattice, local_operators);
  OperatorSums sums(lattice, operators);
  std::vector<std::int64_t> before(operators.size()), after(operators.size());
  std::vector<std::int16_t> x(64 * operators.size());
  sums.measure(spins, before);
  for (std::uint64_t r = 0; r < lattice.n_rows(); ++r)
    for (std::size_t w = 0; w < lattice.words_per_row(); ++w) {
      local.measure(spins, r, w, x);
      for (std::uint64_t i = 0; i < 64 && 64 * w + i < lattice.row_length(); ++i) {
        spins.row(r)[w] ^= std::uint64_t{1} << i;
        sums.measure(spins, after);
        spins.row(r)[w] ^= std::uint64_t{1} << i;
        for (std::size_t op = 0; op < operators.size(); ++op)
          if (after[op] - before[op] != -2 * x[64 * op + i]) return false;
      }
    }
  return true;
}

} // namespace

TEST(LocalSums, AreWhatTurningASpinChanges) {
  for (const std::vector<std::uint64_t>& extents : {std::vector<std::uint64_t>{1},
                                                    {4},
                                                    {6},
                                                    {64},
                                                    {70},
                                                    {200},
                                                    {1, 1},
                                                    {2, 2},
                                                    {3, 3},
                                                    {4, 4},
                                                    {5, 5},
                                                    {6, 6},
                                                    {4, 8},
                                                    {2, 3},
                                                    {9, 64},
                                                    {7, 67},
                                                    {5, 130},
                                                    {2, 2, 2},
                                                    {3, 3, 3},
                                                    {4, 4, 4},
                                                    {4, 6, 5},
                                                    {3, 4, 66}}) {
    const auto operators = all_operators(static_cast<int>(extents.size()));
    EXPECT_TRUE(agree(extents, operators, operators)) << testing::PrintToString(extents);
  }
}

TEST(LocalSums, TheTestSeesAnotherShape) {
  auto other = even_operators(2);
  other[10].sites.back() = {-1, 2};
  EXPECT_FALSE(agree({7, 7}, other, even_operators(2)));
}

} // namespace blockspin::ising
