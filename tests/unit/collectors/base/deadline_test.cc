#include "collectors/base/deadline.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(DeadlineTest, AMomentAheadHasNotPassed) {
  const Deadline deadline = Deadline::After(hours(1));
  EXPECT_FALSE(deadline.Passed());
  EXPECT_GT(deadline.Left(), milliseconds(3'500'000));
  EXPECT_LE(deadline.Left(), hours(1));
}

TEST(DeadlineTest, AMomentBehindHasPassedAndLeavesNothing) {
  const Deadline deadline = Deadline::After(-hours(1));
  EXPECT_TRUE(deadline.Passed());
  EXPECT_EQ(deadline.Left(), milliseconds(0));
}

TEST(DeadlineTest, NowHasPassed) { EXPECT_TRUE(Deadline(Deadline::Clock::now()).Passed()); }

TEST(DeadlineTest, WhatIsLeftIsRoundedUpSoThatAWaitEndsAfterIt) {
  const Deadline deadline = Deadline::After(hours(1));
  const milliseconds left = deadline.Left();
  EXPECT_GE(Deadline::Clock::now() + left, deadline.at());
}

TEST(DeadlineTest, HalfwayIsInTheMiddleOfWhatIsLeft) {
  const Deadline deadline = Deadline::After(hours(1));
  const milliseconds half = deadline.Halfway().Left();
  EXPECT_GT(half, milliseconds(1'790'000));
  EXPECT_LE(half, milliseconds(1'800'000));
  EXPECT_TRUE(Deadline::After(-hours(1)).Halfway().Passed());
}

}  // namespace
}  // namespace tcp_lifecycle
