// Kept configurations on their way to the archive: whoever holds them, each rank gets its part, and no
// message becomes too large.
#include <gtest/gtest.h>

#include "blockspin/replica/kept.hpp"
#include "support/world.hpp"

using namespace blockspin;
using replica::KeptConfigurations;

namespace {

constexpr std::size_t n_bytes = 13;

/// `n` configurations of two temperatures, all held by the last rank, latest first.
KeptConfigurations on_last_rank(std::uint64_t n) {
  KeptConfigurations kept(n_bytes);
  if (test_world().rank() + 1 < test_world().size()) return kept;
  for (std::uint64_t i = n; i-- > 0;)
    for (const std::size_t t : {1U, 0U}) {
      const std::vector<std::uint8_t> packed(n_bytes, static_cast<std::uint8_t>(2 * i + t));
      kept.add({t, 0, static_cast<std::uint32_t>(i), {i, t}, packed}, i);
    }
  return kept;
}

} // namespace

TEST(Kept, EveryRankGetsItsPart) {
  const KeptConfigurations kept = on_last_rank(20);
  for (const mpi::Range some : {mpi::Range{0, 20}, mpi::Range{3, 4}, mpi::Range{7, 12}}) {
    const replica::KeptRows rows = kept.collect(test_world(), 1, some);
    const mpi::Range mine = replica::part_of(some, test_world().rank(), test_world().size());
    ASSERT_EQ(rows.range.first, mine.first);
    ASSERT_EQ(rows.packed.size(), mine.size() * n_bytes);
    for (std::uint64_t i = 0; i < mine.size(); ++i) {
      EXPECT_EQ(rows.replica[i], mine.first + i);
      EXPECT_EQ(rows.readings[i].antiparallel, mine.first + i);
      for (std::size_t byte = 0; byte < n_bytes; ++byte)
        EXPECT_EQ(rows.packed[i * n_bytes + byte], 2 * (mine.first + i) + 1);
    }
  }
}

// One rank may hold and send all of them: with their 32 bytes of header they must stay below MPI's 2 GiB.
TEST(Kept, WhatIsCollectedAtOnceFitsIntoOneMessage) {
  for (int side_bits = 1; side_bits <= 16; ++side_bits) {
    const std::size_t packed = ((std::size_t{1} << (2 * side_bits)) + 7) / 8;
    for (const int n_ranks : {1, 2, 4, 5, 64, 1000, 100000}) {
      const std::uint64_t n = KeptConfigurations::n_at_once(packed, n_ranks);
      EXPECT_GE(n, 1U);
      EXPECT_LT(n * (packed + 32), std::uint64_t{1} << 31) << side_bits << " " << n_ranks;
      EXPECT_LE(n * packed, std::max<std::uint64_t>(std::uint64_t{9} << 20, packed) * n_ranks);
    }
  }
  EXPECT_EQ(KeptConfigurations::n_at_once(std::size_t{1} << 29, 5), 1U); // 65536^2
  EXPECT_EQ(KeptConfigurations::n_at_once(std::size_t{1} << 23, 4), 4U); // 8192^2
}
