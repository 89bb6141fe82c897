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

TEST(DeadlineTest, AShareIsOfWhatIsLeft) {
  const Deadline deadline = Deadline::After(hours(1));
  const milliseconds quarter = deadline.Share(0.25).Left();
  EXPECT_GT(quarter, milliseconds(890'000));
  EXPECT_LE(quarter, milliseconds(900'000));
  EXPECT_TRUE(Deadline::After(-hours(1)).Share(0.25).Passed());
}

}  // namespace
}  // namespace tcp_lifecycle
