// Events are timed while somebody asks for it, and not before or after.

#include <gtest/gtest.h>

#include "blockspin/petsc/event.hpp"
#include "support/world.hpp"

namespace blockspin::petsc {

TEST(Events, AreTimedOnlyWhileATimingLives) {
  Events events({"TestWork"});
  EXPECT_FALSE(events.begin(0));
  {
    const Timing timing;
    ASSERT_TRUE(events.begin(0));
    events.end(0);
    const double first = events.seconds(0);
    EXPECT_GT(first, 0.0);
    const Timed timed(events, 0);
  }
  EXPECT_FALSE(events.begin(0));
  EXPECT_EQ(events.seconds(0), 0.0);
  const Timing again;
  EXPECT_TRUE(events.begin(0));
  events.end(0);
}

TEST(Events, OfATimingWithinAnotherLeaveItGoing) {
  Events events({"OtherTestWork"});
  const Timing outer;
  { const Timing inner; }
  ASSERT_TRUE(events.begin(0));
  events.end(0);
}

} // namespace blockspin::petsc
