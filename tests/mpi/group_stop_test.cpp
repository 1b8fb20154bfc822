// Groups that work side by side: what stops one of them reaches the others, failures only those behind.

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "blockspin/mpi/group_stop.hpp"
#include "support/world.hpp"

using namespace blockspin::mpi;

namespace {

/// The ranks in two groups (one, where there is one rank): even and odd.
Communicator group_of_two() { return test_world().split(test_world().rank() % 2, test_world().rank()); }
bool is_second() { return test_world().rank() % 2 == 1; }
bool has_two() { return test_world().size() > 1; }

/// Looks until told to stop, at most for so long; whether it was told.
bool told_within(GroupStop& stop, int milliseconds) {
  for (int look = 0; look < milliseconds; ++look) {
    if (stop.stop_now()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

} // namespace

TEST(GroupStop, ASpentWallTimeStopsEveryGroup) {
  const Communicator group = group_of_two();
  const StopFlag of_all(test_world(), 0.01, "");
  GroupStop stop(of_all, test_world(), group);
  EXPECT_TRUE(told_within(stop, 20000));
  stop.finish();
  EXPECT_TRUE(stop.asked_to_stop());
  EXPECT_EQ(stop.reason(), "wall time");
  EXPECT_EQ(stop.first_failed(), -1);
}

TEST(GroupStop, AFailureStopsWhatComesLater) {
  const Communicator group = group_of_two();
  const StopFlag of_all(test_world(), 0, "");
  GroupStop stop(of_all, test_world(), group);
  if (is_second()) {
    stop.begin(1);
    stop.fail();
  } else if (has_two()) {
    stop.begin(2);
    EXPECT_TRUE(told_within(stop, 20000));
  }
  stop.finish();
  EXPECT_EQ(stop.first_failed(), has_two() ? 1 : -1);
  EXPECT_FALSE(stop.asked_to_stop());
}

TEST(GroupStop, AFailureLetsWhatComesEarlierGoOn) {
  const Communicator group = group_of_two();
  const StopFlag of_all(test_world(), 0, "");
  GroupStop stop(of_all, test_world(), group);
  stop.begin(is_second() ? 1 : 0);
  if (is_second()) stop.fail();
  EXPECT_FALSE(!is_second() && told_within(stop, 200));
  stop.finish();
  EXPECT_EQ(stop.first_failed(), has_two() ? 1 : -1);
}

TEST(GroupStop, OfTwoFailuresTheEarlierCounts) {
  const Communicator group = group_of_two();
  const StopFlag of_all(test_world(), 0, "");
  GroupStop stop(of_all, test_world(), group);
  stop.begin(is_second() ? 3 : 5);
  stop.fail();
  stop.finish();
  EXPECT_EQ(stop.first_failed(), has_two() ? 3 : 5);
}
