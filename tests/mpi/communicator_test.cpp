#include <gtest/gtest.h>

#include "blockspin/mpi/agree.hpp"
#include "support/world.hpp"

using namespace blockspin;

TEST(BlockRange, CoversEveryItemOnceWithSizesDifferingByAtMostOne) {
  for (const std::uint64_t n : {0U, 1U, 7U, 25U, 64U})
    for (int parts = 1; parts <= 9; ++parts) {
      std::uint64_t next = 0, smallest = n, largest = 0;
      for (int part = 0; part < parts; ++part) {
        const mpi::Range range = mpi::block_range(n, part, parts);
        EXPECT_EQ(range.first, next);
        next = range.last;
        smallest = std::min(smallest, range.size());
        largest = std::max(largest, range.size());
      }
      EXPECT_EQ(next, n);
      EXPECT_LE(largest, smallest + 1);
    }
}

TEST(Communicator, GathersPartsOfDifferentSizesInRankOrder) {
  const auto& comm = test_world();
  const std::vector<std::int64_t> mine(static_cast<std::size_t>(comm.rank()), comm.rank());
  std::vector<std::int64_t> expected;
  for (int r = 0; r < comm.size(); ++r) expected.insert(expected.end(), static_cast<std::size_t>(r), r);
  EXPECT_EQ(comm.gather_all<std::int64_t>(mine), expected);
}

TEST(Communicator, BroadcastsTextOfTheRoot) {
  const auto& comm = test_world();
  const int root = comm.size() - 1;
  EXPECT_EQ(comm.broadcast(comm.rank() == root ? std::string("kadanoff") : std::string(), root), "kadanoff");
}

TEST(Agree, EveryRankThrowsTheErrorOfTheLowestFailingRank) {
  const auto& comm = test_world();
  const int failing = comm.size() / 2;
  try {
    mpi::agreed(comm, [&] {
      if (comm.rank() >= failing)
        throw Error(ErrorKind::deck, "rank " + std::to_string(comm.rank()), "deck.ini:3");
    });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::deck);
    EXPECT_EQ(error.message(), "rank " + std::to_string(failing));
    EXPECT_EQ(error.where(), "deck.ini:3");
    EXPECT_TRUE(error.agreed());
  }
}

TEST(Agree, ReturnsWhereAllIsWell) {
  EXPECT_NO_THROW(mpi::agreed(test_world(), [] {}));
}
