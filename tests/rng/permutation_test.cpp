#include <vector>

#include <gtest/gtest.h>

#include "blockspin/base/error.hpp"
#include "blockspin/rng/permutation.hpp"

using namespace blockspin;
using rng::Generator;
using rng::Permutation;

TEST(Permutation, HitsEveryItemOnce) {
  const Generator g(1, rng::StreamId::test, 0);
  for (const std::uint64_t n : {1U, 2U, 3U, 5U, 16U, 17U, 100U, 1000U, 4097U}) {
    const Permutation permutation(g, 0, n);
    std::vector<int> hits(n, 0);
    for (std::uint64_t i = 0; i < n; ++i) ++hits.at(permutation(i));
    EXPECT_EQ(hits, std::vector<int>(n, 1)) << n;
  }
  EXPECT_THROW(Permutation(g, 0, 4)(4), Error);
}

// Chi-square of the place of item 0 among 5 over 5000 sequences, 4 degrees of freedom: above 40 once in 2e7.
TEST(Permutation, SendsAnItemEverywhereEquallyOften) {
  const Generator g(2, rng::StreamId::test, 0);
  double counts[5] = {};
  for (std::uint64_t sequence = 0; sequence < 5000; ++sequence) counts[Permutation(g, sequence, 5)(0)] += 1;
  double chi2 = 0;
  for (const double c : counts) chi2 += (c - 1000) * (c - 1000) / 1000;
  EXPECT_LT(chi2, 40.0);
}
