// What ranks that fail hear of each other.

#include "failure_notices.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "support/world.hpp"

using namespace blockspin::mpi;

namespace {

Communicator new_communicator() { return Communicator::duplicate(test_world().handle()); }

/// Receives until a condition holds; ctest's limit ends a wait in vain.
template <class Condition>
void receive_until(FailureNotices& notices, Condition&& holds) {
  while (!holds()) {
    notices.receive();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

} // namespace

TEST(FailureNotices, AllHearOfAll) {
  const Communicator comm = new_communicator();
  FailureNotices notices(comm);
  EXPECT_EQ(notices.from_all(), comm.size() == 1);
  notices.send_failure();
  receive_until(notices, [&] { return notices.from_all(); });
  EXPECT_EQ(notices.from_lower(), comm.rank() > 0);
  EXPECT_FALSE(notices.of_speech());
  comm.barrier();
}

TEST(FailureNotices, OnlyLowerRanksCount) {
  const Communicator comm = new_communicator();
  FailureNotices notices(comm);
  const int last = comm.size() - 1;
  if (comm.rank() == last)
    notices.send_failure();
  else
    receive_until(notices, [&] { return notices.from_all() || comm.size() > 2; });
  comm.barrier(); // sent before it, so what is received after it is there, or never
  notices.receive();
  EXPECT_FALSE(notices.from_lower());
  EXPECT_EQ(notices.from_all(), comm.size() == 1 || (comm.size() == 2 && comm.rank() == 0));
  comm.barrier();
}

TEST(FailureNotices, SpeechIsHeardByOthersAlone) {
  const Communicator comm = new_communicator();
  FailureNotices notices(comm);
  const bool speaks = comm.rank() == comm.size() - 1;
  if (speaks)
    notices.send_speech();
  else
    receive_until(notices, [&] { return notices.of_speech(); });
  EXPECT_EQ(notices.of_speech(), !speaks);
  EXPECT_FALSE(notices.from_lower());
  comm.barrier();
}
