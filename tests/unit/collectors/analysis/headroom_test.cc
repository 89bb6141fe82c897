#include "collectors/analysis/headroom.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

PortCapacity TenPorts() { return {.usable = 10, .untouched = 10}; }

DestinationUse Using(uint32_t used) {
  DestinationUse use;
  use.used = used;
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

}  // namespace
}  // namespace tcp_lifecycle
