#include "collectors/analysis/forecast.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

PortCapacity Ports(uint32_t usable) { return {.usable = usable, .untouched = usable}; }

DestinationUse Using(uint32_t used) {
  DestinationUse use;
  use.used = used;
  return use;
}

// So many a second that went to TIME_WAIT for the last `seconds`, `ago` seconds ago. Nothing reuses
// them.
DestinationUse InTimeWait(uint16_t per_second, size_t seconds, size_t ago = 0) {
  DestinationUse use;
  for (size_t i = ago; i < ago + seconds; ++i) {
    use.kept_by_age[i] = per_second;
    use.used += per_second;
  }
  use.time_wait = use.used;
  return use;
}

TEST(ConnectionsPerSecondTest, AreThoseOfTheLastFiveSeconds) {
  EXPECT_EQ(ConnectionsPerSecond(InTimeWait(10, 5)), 10);
  EXPECT_EQ(ConnectionsPerSecond(InTimeWait(10, 20)), 10);
  EXPECT_EQ(ConnectionsPerSecond(InTimeWait(10, 20, 4)), 2);
  EXPECT_EQ(ConnectionsPerSecond(InTimeWait(10, 20, 5)), 0);
}

TEST(LastingRateTest, IsThatOfTenSecondsOrMore) {
  EXPECT_NEAR(LastingRate(InTimeWait(100, 10)), 93.7, 0.1);
  EXPECT_NEAR(LastingRate(InTimeWait(100, 60)), 97.42, 0.01) << "the whole minute counts";
  // What chance may hide of a load of which nothing is seen.
  EXPECT_EQ(LastingRate(InTimeWait(100, 8)), 2) << "a batch: nothing in 2 s before it";
  EXPECT_EQ(LastingRate(InTimeWait(100, 50, 2)), 4) << "over: nothing in the last second";
  EXPECT_EQ(LastingRate(Using(10)), 0);
}

TEST(HoldSecondsTest, AreAMinuteOrTheDelay) {
  DestinationUse use = InTimeWait(10, 5);
  EXPECT_EQ(HoldSeconds(use, 1), 60);
  use.taken_over_by_age = use.kept_by_age;
  EXPECT_EQ(HoldSeconds(use, 1), 30.5) << "every second peer sends no timestamps";
  use.kept_by_age = {};
  use.kept_by_age[30] = 50;
  EXPECT_EQ(HoldSeconds(use, 1), 1) << "not any more";
  use.taken_over_by_age = {};
  use.taken_over_by_age[30] = 50;
  EXPECT_EQ(HoldSeconds(use, 1), 30.5) << "what came last, however long ago";
  EXPECT_EQ(HoldSeconds(Using(10), 1), 60) << "nothing says that anything is taken over";
}

TEST(SecondsToExhaustionTest, AFullDestinationIsExhaustedNow) {
  EXPECT_EQ(SecondsToExhaustion(Using(10), Ports(10), 1), 0);
  EXPECT_EQ(SecondsToExhaustion(Using(0), PortCapacity{}, 1), 0);
}

TEST(SecondsToExhaustionTest, WithoutNewConnectionsItNeverComes) {
  EXPECT_EQ(SecondsToExhaustion(Using(9), Ports(10), 1), std::nullopt);
  EXPECT_EQ(SecondsToExhaustion(InTimeWait(100, 9, 50), Ports(1000), 1), std::nullopt);
}

TEST(SecondsToExhaustionTest, CountsWhatComesAndWhatGoes) {
  // 100 a second, less what chance may add to 2000 in 20 s: 95.5.
  EXPECT_EQ(SecondsToExhaustion(InTimeWait(100, 20), Ports(3000), 1), 11);
  DestinationUse use = InTimeWait(100, 20);
  for (size_t i = 0; i < 4; ++i) use.kept_by_age[59 - i] = 50;
  use.used += 200;
  use.time_wait = use.used;
  EXPECT_EQ(SecondsToExhaustion(use, Ports(3200), 1), 13) << "the oldest 200 go within 4 s";
}

TEST(SecondsToExhaustionTest, LooksAheadForAsLongAsTheLoadHasLasted) {
  const DestinationUse use = InTimeWait(100, 8);  // 92.9 a second
  EXPECT_EQ(SecondsToExhaustion(use, Ports(1540), 1), 8);
  EXPECT_EQ(SecondsToExhaustion(use, Ports(1550), 1), std::nullopt);
}

TEST(SecondsToExhaustionTest, ASecondIsALoadForOneSecond) {
  const DestinationUse use = InTimeWait(100, 1);  // 80 a second
  EXPECT_EQ(SecondsToExhaustion(use, Ports(180), 1), 1);
  EXPECT_EQ(SecondsToExhaustion(use, Ports(181), 1), std::nullopt);
}

TEST(SecondsToExhaustionTest, LooksTwiceAsFarFromTenSecondsOn) {
  const DestinationUse use = InTimeWait(100, 10);  // 93.7 a second
  EXPECT_EQ(SecondsToExhaustion(use, Ports(2870), 1), 20);
  EXPECT_EQ(SecondsToExhaustion(use, Ports(2880), 1), std::nullopt);
}

TEST(SecondsToExhaustionTest, ALoadIsAsOldAsItsFirstConnections) {
  // Within the last 12 s there were as many as in the test before, all of them in the last 4.
  EXPECT_EQ(SecondsToExhaustion(InTimeWait(250, 4), Ports(2010), 1), std::nullopt);
}

TEST(SecondsToExhaustionTest, ABurstThatIsOverIsNoLoad) {
  EXPECT_EQ(SecondsToExhaustion(InTimeWait(100, 3, 1), Ports(400), 1), std::nullopt);
  EXPECT_EQ(SecondsToExhaustion(InTimeWait(100, 3), Ports(400), 1), 2);
}

TEST(SecondsToExhaustionTest, ALoadThatEndsWhenItHasFilledThePortsIsOver) {
  for (const size_t ago : {2, 7, 15, 20}) {
    DestinationUse use = InTimeWait(49, 20, ago);
    EXPECT_EQ(SecondsToExhaustion(use, Ports(1000), 60), std::nullopt) << ago;
  }
}

TEST(SecondsToExhaustionTest, BatchesAreNotOverBetweenThem) {
  DestinationUse use;
  for (const size_t ago : {4, 14, 24, 34, 44, 54}) {
    use.kept_by_age[ago] = 190;
    use.used += 190;
  }
  use.time_wait = use.used;
  EXPECT_EQ(SecondsToExhaustion(use, Ports(1150), 60), 3);
}

TEST(SecondsToExhaustionTest, APauseMayBeOneSecondLongerThanThoseBefore) {
  const auto batches = [](size_t last, uint16_t taken_over) {
    DestinationUse use;
    for (const size_t ago : {last, size_t{20}, size_t{30}, size_t{40}, size_t{50}}) {
      use.kept_by_age[ago] = static_cast<uint16_t>(190 - taken_over);
      use.taken_over_by_age[ago] = taken_over;
      use.used += 190;
    }
    use.time_wait = use.used;
    return use;
  };
  for (const uint16_t taken_over : {uint16_t{0}, uint16_t{95}}) {
    EXPECT_NE(SecondsToExhaustion(batches(10, taken_over), Ports(960), 60), std::nullopt);
    EXPECT_EQ(SecondsToExhaustion(batches(11, taken_over), Ports(960), 60), std::nullopt);
  }
}

TEST(SecondsToExhaustionTest, WhatIsReusedHoldsItsPortForTheDelayOnly) {
  DestinationUse use = InTimeWait(100, 20);
  std::swap(use.kept_by_age, use.taken_over_by_age);
  use.reusable = 1000;  // the delay is 10 s
  EXPECT_EQ(SecondsToExhaustion(use, Ports(1010), 10), std::nullopt);
  std::swap(use.kept_by_age, use.taken_over_by_age);
  use.reusable = 0;
  EXPECT_EQ(SecondsToExhaustion(use, Ports(2010), 10), 1);
}

TEST(SecondsToExhaustionTest, WhatIsKeptAndWhatIsTakenOverHoldPortsForTheirOwnTime) {
  DestinationUse use = InTimeWait(50, 30);
  use.taken_over_by_age = use.kept_by_age;
  use.used = use.time_wait = 3000;
  use.reusable = 1450;
  EXPECT_EQ(SecondsToExhaustion(use, Ports(4000), 1), std::nullopt) << "3050 ports are enough";
  EXPECT_EQ(SecondsToExhaustion(use, Ports(2500), 1), 20);
}

TEST(SecondsToExhaustionTest, PortsOfBoundSocketsInTimeWaitAreBlockedAndComeFree) {
  DestinationUse use = InTimeWait(100, 20);
  use.on_blocked = use.bound_time_wait = 2000;
  PortCapacity capacity = Ports(3000);
  capacity.blocked = 2000;
  EXPECT_EQ(SecondsToExhaustion(use, capacity, 1), 11);
}

}  // namespace
}  // namespace tcp_lifecycle
