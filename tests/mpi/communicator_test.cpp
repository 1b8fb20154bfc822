#include <filesystem>
#include <functional>
#include <new>
#include <string>
#include <tuple>

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

TEST(Communicator, GathersPartsOfDifferentSizesOnOneRankOnly) {
  const auto& comm = test_world();
  const std::vector<std::int64_t> mine(static_cast<std::size_t>(comm.rank()), comm.rank());
  const auto everyone = comm.gather_all<std::int64_t>(mine);
  for (int root = 0; root < comm.size(); ++root)
    EXPECT_EQ(comm.gather_to<std::int64_t>(root, mine),
              comm.rank() == root ? everyone : std::vector<std::int64_t>());
}

TEST(Communicator, OrsBitsOnTheRootAndLeavesTheOthersAlone) {
  const auto& comm = test_world();
  const int root = comm.size() / 2;
  const auto mine = static_cast<std::uint8_t>(1U << comm.rank());
  std::vector<std::uint8_t> bits = {mine, 0x80, 0};
  comm.bit_or_to(root, std::span(bits));
  const auto all = static_cast<std::uint8_t>((1U << comm.size()) - 1);
  EXPECT_EQ(bits, (std::vector<std::uint8_t>{comm.rank() == root ? all : mine, 0x80, 0}));
}

TEST(Communicator, ExchangesAroundARing) {
  const auto& comm = test_world();
  const int next = (comm.rank() + 1) % comm.size(), previous = (comm.rank() + comm.size() - 1) % comm.size();
  const std::vector<std::uint64_t> mine = {static_cast<std::uint64_t>(comm.rank()), 7};
  std::vector<std::uint64_t> theirs(2), back(2);
  comm.exchange<std::uint64_t>(mine, next, theirs, previous);
  EXPECT_EQ(theirs, (std::vector<std::uint64_t>{static_cast<std::uint64_t>(previous), 7}));
  comm.exchange<std::uint64_t>(theirs, previous, back, next);
  EXPECT_EQ(back, mine);
}

TEST(Communicator, ExchangesBetweenPairsWhileOthersRest) {
  const auto& comm = test_world();
  const int other = comm.rank() % 2 == 0 ? comm.rank() + 1 : comm.rank() - 1;
  if (other >= comm.size()) return;
  const std::vector<double> mine(3, comm.rank());
  std::vector<double> theirs(3);
  comm.exchange<double>(mine, other, theirs, other);
  EXPECT_EQ(theirs, std::vector<double>(3, other));
}

/// Rank r sends rank q (r + 2 q) % 3 rows of three values: r, q, number of the row.
std::vector<std::int32_t> rows_between(int from, int to) {
  std::vector<std::int32_t> rows;
  for (int i = 0; i < (from + 2 * to) % 3; ++i) rows.insert(rows.end(), {from, to, i});
  return rows;
}

TEST(Communicator, SendsRowsFromAllToAllInRankOrder) {
  const auto& comm = test_world();
  std::vector<std::int32_t> outgoing, expected;
  std::vector<std::size_t> n_rows_to;
  for (int other = 0; other < comm.size(); ++other) {
    const auto to = rows_between(comm.rank(), other), from = rows_between(other, comm.rank());
    n_rows_to.push_back(to.size() / 3);
    outgoing.insert(outgoing.end(), to.begin(), to.end());
    expected.insert(expected.end(), from.begin(), from.end());
  }
  EXPECT_EQ(comm.all_to_all<std::int32_t>(outgoing, n_rows_to, 3), expected);
  outgoing.push_back(0); // no row
  EXPECT_THROW(comm.all_to_all<std::int32_t>(outgoing, n_rows_to, 3), Error);
}

TEST(Communicator, SendsNothingFromAllToAll) {
  const auto& comm = test_world();
  const std::vector<std::size_t> none(static_cast<std::size_t>(comm.size()), 0);
  EXPECT_TRUE(comm.all_to_all<std::uint8_t>({}, none, 32).empty());
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
        throw Error(ErrorKind::archive, "rank " + std::to_string(comm.rank()), "run.h5");
    });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::archive);
    EXPECT_EQ(error.message(), "rank " + std::to_string(failing));
    EXPECT_EQ(error.where(), "run.h5");
    EXPECT_TRUE(error.agreed());
  }
}

/// What all ranks throw where only the last one does, in an agreed action.
Error agreed_of(const std::function<void()>& thrower) {
  const auto& comm = test_world();
  try {
    mpi::agreed(comm, [&] {
      if (comm.rank() == comm.size() - 1) thrower();
    });
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::stopped, "nothing was thrown"};
}

TEST(Agree, MakesErrorsOfWhatOtherLibrariesThrow) {
  const Error file = agreed_of([] { std::ignore = std::filesystem::file_size("/nowhere/run.h5"); });
  EXPECT_EQ(file.kind(), ErrorKind::archive);
  EXPECT_EQ(file.where(), "/nowhere/run.h5");
  const Error memory = agreed_of([] { throw std::bad_alloc(); });
  EXPECT_EQ(memory.message(), "out of memory");
  const Error number = agreed_of([] { std::ignore = std::stoull("x"); });
  EXPECT_EQ(number.kind(), ErrorKind::internal);
  for (const Error& error : {file, memory, number}) EXPECT_TRUE(error.agreed());
}

TEST(Agree, ReturnsWhereAllIsWell) {
  EXPECT_NO_THROW(mpi::agreed(test_world(), [] {}));
}
