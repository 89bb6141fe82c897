#include "collectors/analysis/headroom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tcp_lifecycle {
namespace {

PortCapacity TenPorts() { return {.usable = 10, .untouched = 10}; }

DestinationUse Using(uint32_t used) {
  DestinationUse use;
  use.used = used;
  return use;
}

// `ages_ms` of sockets in TIME_WAIT that nothing reuses.
DestinationUse InTimeWait(const std::vector<uint32_t>& ages_ms) {
  DestinationUse use;
  for (const uint32_t age_ms : ages_ms) {
    ++use.used;
    ++use.time_wait;
    use.young += age_ms < 5000 ? 1 : 0;
    ++use.freed_by_second[(kTimeWaitMs - age_ms - 1) / 1000];
  }
  return use;
}

TEST(HeadroomTest, TheMostIsWhatIsOpenLessWhatThisDestinationHolds) {
  PortCapacity capacity = TenPorts();
  capacity.blocked = 4;
  EXPECT_EQ(HeadroomOf(Using(2), capacity).max, 4);
  EXPECT_EQ(HeadroomOf(Using(6), capacity).max, 0);
}

TEST(HeadroomTest, TheLeastIsTheSameForEveryDestinationButNeverAboveTheMost) {
  PortCapacity capacity = TenPorts();
  capacity.untouched = 3;
  EXPECT_EQ(HeadroomOf(Using(2), capacity).min, 3);
  EXPECT_EQ(HeadroomOf(Using(8), capacity).min, 2);
}

TEST(HeadroomTest, WhereAllIsKnownTheBoundsMeet) {
  PortCapacity capacity = TenPorts();
  capacity.untouched = 3;
  capacity.is_exact = true;
  EXPECT_EQ(HeadroomOf(Using(2), capacity).min, 8);
  EXPECT_EQ(HeadroomOf(Using(2), capacity).max, 8);
}

TEST(HeadroomTest, WhatIsPerhapsReusableMovesTheMostAlone) {
  PortCapacity capacity = TenPorts();
  capacity.is_exact = true;
  DestinationUse use = Using(10);
  use.perhaps_reusable = 2;
  EXPECT_EQ(HeadroomOf(use, capacity).min, 0);
  EXPECT_EQ(HeadroomOf(use, capacity).max, 2);
}

TEST(HeadroomTest, PortsOfAnotherScopeMayBeTheSameOrOthers) {
  PortCapacity capacity = TenPorts();
  capacity.is_exact = true;
  const auto headroom = [&](uint32_t held, uint32_t other) {
    const DestinationUse less = Using(other);
    return HeadroomOf(Using(held), capacity, &less);
  };
  EXPECT_EQ(headroom(4, 3).min, 3);
  EXPECT_EQ(headroom(4, 3).max, 6);
  EXPECT_EQ(headroom(3, 4).max, 6);
  EXPECT_EQ(headroom(8, 8).min, 0);
  EXPECT_EQ(headroom(4, 0).min, 6) << "exact where one has none";
  capacity.is_exact = false;
  capacity.untouched = 5;
  EXPECT_EQ(headroom(4, 3).min, 5);
  EXPECT_EQ(headroom(4, 3).max, 6);
}

TEST(HeadroomTest, WhatIsPerhapsReusableOfAnotherScopeMovesTheMostToo) {
  PortCapacity capacity = TenPorts();
  DestinationUse use = Using(5);
  use.perhaps_reusable = 5;
  EXPECT_EQ(HeadroomOf(use, capacity, &use).max, 10);
}

TEST(HeadroomTest, InAnOddRangeConnectMayMissAPort) {
  PortCapacity capacity = TenPorts();
  capacity.may_miss_one = true;
  EXPECT_EQ(HeadroomOf(Using(0), capacity).min, 9);
  EXPECT_EQ(HeadroomOf(Using(10), capacity).min, 0);
  capacity.is_exact = true;
  EXPECT_EQ(HeadroomOf(Using(2), capacity).min, 7);
  EXPECT_EQ(HeadroomOf(Using(2), capacity).max, 8);
}

TEST(HeadroomTest, ReusablePortsArePossibleConnections) {
  DestinationUse use = Using(10);
  use.time_wait = 6;
  use.reusable = 4;
  EXPECT_EQ(HeadroomOf(use, TenPorts()).max, 4);
}

TEST(HeadroomTest, APortThatIsBlockedAndHeldIsLostOnce) {
  PortCapacity capacity = TenPorts();
  capacity.blocked = 3;
  DestinationUse use = Using(5);
  use.on_blocked = 2;
  EXPECT_EQ(HeadroomOf(use, capacity).max, 4);
  use.reusable = 3;
  EXPECT_EQ(HeadroomOf(use, capacity).max, 7);
}

TEST(HeadroomTest, MoreRowsThanPortsAreNoNegativeHeadroom) {
  EXPECT_EQ(HeadroomOf(Using(12), TenPorts()).max, 0);
  EXPECT_EQ(HeadroomOf(Using(1), PortCapacity{}).max, 0);
}

TEST(UtilizationTest, IsWhatHeadroomLeavesOfTheOpenPorts) {
  PortCapacity capacity = TenPorts();
  capacity.blocked = 2;
  const Bounds<double> utilization = UtilizationOf({.min = 2, .max = 6}, capacity);
  EXPECT_EQ(utilization.min, 0.25);
  EXPECT_EQ(utilization.max, 0.75);
}

TEST(UtilizationTest, IsOneWhereNoPortIsOpenAndNeverBelowZero) {
  PortCapacity capacity = TenPorts();
  capacity.blocked = 10;
  EXPECT_EQ(UtilizationOf({0, 0}, capacity).min, 1);
  capacity.blocked = 8;
  EXPECT_EQ(UtilizationOf({0, 5}, capacity).min, 0);
}

TEST(ConnectionsPerSecondTest, AreTheYoungByFive) {
  EXPECT_EQ(ConnectionsPerSecond(InTimeWait({0, 4999, 5000})), 0.4);
}

TEST(SecondsToExhaustionTest, AFullDestinationIsExhaustedNow) {
  EXPECT_EQ(SecondsToExhaustion(Using(10), TenPorts(), 60), 0);
  EXPECT_EQ(SecondsToExhaustion(Using(0), PortCapacity{}, 60), 0);
}

TEST(SecondsToExhaustionTest, WithoutNewConnectionsItNeverComes) {
  EXPECT_EQ(SecondsToExhaustion(Using(9), TenPorts(), 60), std::nullopt);
  EXPECT_EQ(SecondsToExhaustion(InTimeWait({50000, 51000}), TenPorts(), 60), std::nullopt);
}

TEST(SecondsToExhaustionTest, CountsWhatComesAndWhatGoes) {
  // One a second, and none of the ten ports comes free before a minute has passed.
  EXPECT_EQ(SecondsToExhaustion(InTimeWait({0, 1000, 2000, 3000, 4000}), TenPorts(), 60), 5);
  // The same with two old ones that go after 2 and 3 seconds.
  EXPECT_EQ(
      SecondsToExhaustion(InTimeWait({0, 1000, 2000, 3000, 4000, 57500, 58500}), TenPorts(), 60),
      5);
}

TEST(SecondsToExhaustionTest, TheLastSecondOfTheMinuteCounts) {
  DestinationUse use = Using(10);
  use.young = 5;  // one a second
  EXPECT_EQ(SecondsToExhaustion(use, {.usable = 70}, 60), 60);
  EXPECT_EQ(SecondsToExhaustion(use, {.usable = 71}, 60), std::nullopt);
}

TEST(SecondsToExhaustionTest, UnderReuseANewConnectionHoldsItsPortForTheDelayOnly) {
  DestinationUse use = InTimeWait({0, 1000, 2000, 3000, 4000});
  EXPECT_EQ(SecondsToExhaustion(use, TenPorts(), 1), std::nullopt);
  use.young = 40;  // eight a second
  EXPECT_EQ(SecondsToExhaustion(use, TenPorts(), 1), 1);
}

TEST(SecondsToExhaustionTest, ASteadyRateBelowPortsBySixtyIsNeverAnnounced) {
  constexpr uint32_t kPorts = 6000;
  const PortCapacity capacity = {.usable = kPorts};
  for (const uint32_t rate : {1u, 10u, 50u, 95u, 99u}) {
    for (uint32_t running_seconds : {1u, 5u, 30u, 59u, 60u, 600u}) {
      std::vector<uint32_t> ages_ms;
      const uint32_t alive_ms = std::min(running_seconds * 1000, kTimeWaitMs);
      for (uint32_t i = 0; i * 1000 / rate < alive_ms; ++i) ages_ms.push_back(i * 1000 / rate);
      EXPECT_EQ(SecondsToExhaustion(InTimeWait(ages_ms), capacity, 60), std::nullopt)
          << rate << "/s for " << running_seconds << " s";
    }
  }
}

TEST(SecondsToExhaustionTest, ARateAboveItIsAnnouncedAsSoonAsItIsKnown) {
  const PortCapacity capacity = {.usable = 6000};
  std::vector<uint32_t> ages_ms;
  for (uint32_t i = 0; i < 5 * 120; ++i) ages_ms.push_back(i * 1000 / 120);
  EXPECT_EQ(SecondsToExhaustion(InTimeWait(ages_ms), capacity, 60), 45);
}

// The formula against a simulation of every second, connection by connection.
TEST(SecondsToExhaustionTest, AgreesWithASlowSimulation) {
  std::mt19937 random(7);
  const auto below = [&](uint32_t limit) {
    return std::uniform_int_distribution<uint32_t>(0, limit - 1)(random);
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<uint32_t> ages_ms(below(200));
    for (uint32_t& age_ms : ages_ms) age_ms = below(below(2) == 0 ? kTimeWaitMs : 8000);
    const DestinationUse use = InTimeWait(ages_ms);
    const PortCapacity capacity = {.usable = below(400)};

    std::optional<uint32_t> expected;
    for (uint32_t t = 0; t <= 60 && !expected; ++t) {
      double held = 0;
      for (const uint32_t age_ms : ages_ms) held += kTimeWaitMs - age_ms > t * 1000 ? 1 : 0;
      const auto young = std::ranges::count_if(ages_ms, [](uint32_t age) { return age < 5000; });
      held += static_cast<double>(young) / 5 * t;
      if (held >= capacity.usable) expected = t;
    }
    EXPECT_EQ(SecondsToExhaustion(use, capacity, 60), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
