#include "collectors/analysis/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

constexpr PortCapacity kHundredPorts = {.usable = 100, .untouched = 40};

ReuseRule ReuseFor(absl::StatusOr<int64_t> tw_reuse) {
  Sysctls sysctls;
  sysctls[Sysctl::kTwReuse] = std::move(tw_reuse);
  sysctls[Sysctl::kTimestamps] = 1;
  sysctls[Sysctl::kTwReuseDelay] = 1000;
  return ReuseRule(sysctls);
}

class RankingTest : public ::testing::Test {
 protected:
  void Add(const std::string& address, uint16_t count, TcpState state = TcpState::kEstablished,
           uint32_t remaining_ms = 0, uint32_t scope = 0) {
    for (uint16_t i = 0; i < count; ++i) {
      Socket socket = MakeSocket(state, "10.0.0.1", static_cast<uint16_t>(40000 + i), address, 443);
      socket.role = Role::kOutbound;
      socket.remaining_ms = remaining_ms;
      socket.retransmits = state == TcpState::kSynSent ? 1 : 0;
      socket.scope = scope;
      destinations_.Add(socket, PortKind::kOpen, rule_);
    }
  }
  Ranking RankAll(size_t count = 10) {
    return Rank(destinations_, 0, capacity_, rule_, admission_, count);
  }
  std::vector<std::string> Order(size_t count = 10) {
    std::vector<std::string> order;
    for (const DestinationReport& report : RankAll(count).destinations) {
      order.push_back(ToString(report.address));
    }
    return order;
  }

  PortCapacity capacity_ = kHundredPorts;
  ReuseRule rule_ = ReuseFor(0);
  Admission admission_;
  Destinations destinations_;
};

TEST_F(RankingTest, TheFullestComeFirstAndTiesInAddressOrder) {
  Add("10.0.0.4", 20);
  Add("10.0.0.3", 20);
  Add("10.0.0.2", 50);
  EXPECT_THAT(Order(), ElementsAre("10.0.0.2", "10.0.0.3", "10.0.0.4"));
  EXPECT_THAT(Order(2), ElementsAre("10.0.0.2", "10.0.0.3"));
}

TEST_F(RankingTest, ADestinationWhosePortsAreAllReusableStaysInSightButComesLater) {
  rule_ = ReuseFor(1);
  Add("10.0.0.2", 100, TcpState::kTimeWait, 1000);
  Add("10.0.0.3", 10);
  const Ranking ranking = RankAll();
  EXPECT_EQ(ToString(ranking.destinations[0].address), "10.0.0.3");
  const DestinationReport& reusable = ranking.destinations[1];
  EXPECT_TRUE(reusable.admitted);
  EXPECT_EQ(reusable.occupancy, 1);
  EXPECT_EQ(reusable.reusable, 100);
  EXPECT_EQ(reusable.headroom.max, 100);
  EXPECT_EQ(reusable.utilization.min, 0);
  EXPECT_EQ(reusable.seconds_to_free_port, std::nullopt);
}

TEST_F(RankingTest, LittleUsedDestinationsAreNotAdmittedAndComeLast) {
  Add("10.0.0.2", 9);
  Add("10.0.0.3", 10);
  const std::vector<DestinationReport> fullest = RankAll().destinations;
  EXPECT_TRUE(fullest[0].admitted);
  EXPECT_FALSE(fullest[1].admitted);
}

TEST_F(RankingTest, TroubledDestinationsAreAdmittedHoweverLittleTheyUse) {
  capacity_ = {.usable = 28232, .untouched = 28000};
  Add("10.0.0.2", 10, TcpState::kSynSent);
  Add("10.0.0.3", 10, TcpState::kCloseWait);
  Add("10.0.0.4", 9, TcpState::kSynSent);
  Add("10.0.0.5", 200);
  EXPECT_THAT(Order(), ElementsAre("10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.4"));
  EXPECT_TRUE(RankAll().destinations[1].admitted);
  EXPECT_FALSE(RankAll().destinations[2].admitted);
}

TEST_F(RankingTest, TheWorstUtilizationIsOverAllOfThem) {
  for (int i = 2; i < 100; ++i) Add(absl::StrCat("10.0.0.", i), static_cast<uint16_t>(i));
  const Ranking ranking = RankAll(3);
  EXPECT_EQ(ranking.destinations.size(), 3u);
  EXPECT_DOUBLE_EQ(ranking.utilization.min, 0.99);
  EXPECT_DOUBLE_EQ(ranking.utilization.max, 0.99) << "no destination has less than 1 left";
}

TEST_F(RankingTest, WhatIsTheWorstInAnotherWayIsThereHoweverLittleItUses) {
  for (int i = 100; i < 125; ++i) Add(absl::StrCat("10.0.0.", i), 50);
  Add("10.0.0.2", 12, TcpState::kSynSent);
  Add("10.0.0.3", 11, TcpState::kCloseWait);
  Add("10.0.0.4", 10, TcpState::kTimeWait, 60000);
  const std::vector<DestinationReport> found = RankAll(3).destinations;
  ASSERT_EQ(found.size(), 6u) << "three fullest, and three otherwise";
  EXPECT_EQ(found[3].syn_sent, 12);
  EXPECT_EQ(found[4].close_wait, 11);
  EXPECT_EQ(found[5].connections_per_second, 2);
}

// Loopback's TIME_WAIT is often the most, and hides what other hosts cost.
TEST_F(RankingTest, MostInTimeWaitIsReportedWithAndWithoutLoopback) {
  for (int i = 100; i < 125; ++i) Add(absl::StrCat("10.0.0.", i), 50);
  Add("127.0.0.5", 12, TcpState::kTimeWait, 1000);
  Add("10.0.0.2", 11, TcpState::kTimeWait, 1000);
  Add("10.0.0.3", 10, TcpState::kTimeWait, 1000);
  const std::vector<DestinationReport> found = RankAll(3).destinations;
  ASSERT_EQ(found.size(), 5u) << "three fullest, and two otherwise";
  EXPECT_EQ(ToString(found[3].address), "127.0.0.5");
  EXPECT_EQ(ToString(found[4].address), "10.0.0.2");
}

TEST_F(RankingTest, WithoutDestinationsNothingIsUsedUnlessNoPortIsOpen) {
  EXPECT_EQ(RankAll().utilization.max, 0);
  capacity_.blocked = 100;
  EXPECT_EQ(RankAll().utilization.min, 1);
}

TEST_F(RankingTest, AnExhaustedDestinationSaysWhenAPortComesFree) {
  capacity_ = {.usable = 2};
  Add("10.0.0.2", 1, TcpState::kTimeWait, 42000);
  EXPECT_EQ(RankAll().destinations[0].seconds_to_free_port, std::nullopt) << "one is left";
  Add("10.0.0.2", 1);
  const DestinationReport report = RankAll().destinations[0];
  EXPECT_EQ(report.seconds_to_exhaustion, 0);
  EXPECT_EQ(report.seconds_to_free_port, 42);
  EXPECT_FALSE(report.freed_by_reuse);
}

TEST_F(RankingTest, APortOfABoundSocketInTimeWaitComesFreeForEveryDestination) {
  capacity_ = {.usable = 2, .first_bound_free_ms = 7000};
  Add("10.0.0.2", 1, TcpState::kTimeWait, 42000);
  Add("10.0.0.2", 1);
  EXPECT_EQ(RankAll().destinations[0].seconds_to_free_port, 7);
  EXPECT_FALSE(RankAll().destinations[0].freed_by_reuse);
}

TEST_F(RankingTest, APortThatIsTakenOverIsFreedByReuse) {
  rule_ = ReuseFor(1);
  capacity_ = {.usable = 1};
  Add("10.0.0.2", 1, TcpState::kTimeWait, 59500);
  EXPECT_EQ(RankAll().destinations[0].seconds_to_free_port, 0.501);
  EXPECT_TRUE(RankAll().destinations[0].freed_by_reuse);
  capacity_.first_bound_free_ms = 200;
  EXPECT_EQ(RankAll().destinations[0].seconds_to_free_port, 0.2);
  EXPECT_FALSE(RankAll().destinations[0].freed_by_reuse) << "another's ends before";
}

TEST_F(RankingTest, PortsOfItsOwnBoundSocketsInTimeWaitAreItsAgain) {
  capacity_.blocked = 30;
  Add("10.0.0.2", 1);
  Socket socket = MakeSocket(TcpState::kTimeWait, "10.0.0.1", 50000, "10.0.0.2", 443);
  socket.role = Role::kOutbound;
  socket.remaining_ms = 1000;
  destinations_.Add(socket, PortKind::kBound, rule_);
  EXPECT_EQ(RankAll().destinations[0].ports_open, 71u);
}

TEST_F(RankingTest, ALastingRateThatNeedsMorePortsThanAreOpen) {
  const auto needed_with = [&](uint32_t seconds) {
    destinations_ = Destinations();
    for (uint32_t age = 0; age < seconds; ++age) {
      Add("10.0.0.2", 40, TcpState::kTimeWait, 60000 - age * 1000);
    }
    return RankAll().destinations[0].ports_needed;
  };
  capacity_.usable = 1000;
  EXPECT_EQ(needed_with(8), 0);
  EXPECT_NEAR(needed_with(20), 2230, 1);
  capacity_.usable = 2300;
  EXPECT_EQ(needed_with(20), 0);
}

TEST_F(RankingTest, WhereNoneIsInTimeWaitNobodyKnowsWhen) {
  capacity_ = {.usable = 2};
  Add("10.0.0.2", 2);
  EXPECT_EQ(RankAll().destinations[0].seconds_to_free_port, std::nullopt);
}

TEST_F(RankingTest, UnknownSettingsLeaveOutWhatDependsOnThem) {
  rule_ = ReuseFor(absl::PermissionDeniedError(""));
  Add("10.0.0.2", 100, TcpState::kTimeWait, 60000);
  const DestinationReport report = RankAll().destinations[0];
  EXPECT_EQ(report.reusable, std::nullopt);
  EXPECT_EQ(report.seconds_to_exhaustion, std::nullopt);
  EXPECT_EQ(report.headroom.max, 100) << "all of them may be reusable";
}

TEST_F(RankingTest, OfDestinationsThatDifferInScopeAloneTheFullestStands) {
  Add("fe80::2", 20, TcpState::kEstablished, 0, 1);
  Add("fe80::2", 30, TcpState::kEstablished, 0, 2);
  const std::vector<DestinationReport> fullest = RankAll().destinations;
  ASSERT_EQ(fullest.size(), 1u);
  EXPECT_EQ(fullest[0].used, 30);
}

// There are 100 ports. What unbound sockets hold is lost to device-bound ones, not the other way
// round.
TEST_F(RankingTest, DeviceBoundSocketsHaveWhatUnboundOnesLeave) {
  const auto headroom_with = [&](uint16_t unbound, uint16_t bound) {
    destinations_ = Destinations();
    Add("10.0.0.2", unbound);
    Add("10.0.0.2", bound, TcpState::kEstablished, 0, 2);
    const std::vector<DestinationReport> fullest = RankAll().destinations;
    EXPECT_EQ(fullest.size(), 1u);
    EXPECT_EQ(fullest[0].used, std::max(unbound, bound));
    return std::pair(fullest[0].headroom.min, fullest[0].headroom.max);
  };
  capacity_.is_exact = true;
  EXPECT_EQ(headroom_with(10, 10), std::pair(80u, 90u));
  EXPECT_EQ(headroom_with(30, 10), std::pair(60u, 70u));
  EXPECT_EQ(headroom_with(10, 30), std::pair(60u, 70u));
  EXPECT_EQ(headroom_with(0, 30), std::pair(70u, 70u));
  EXPECT_EQ(headroom_with(60, 60), std::pair(0u, 40u));
  capacity_.is_exact = false;
  EXPECT_EQ(headroom_with(10, 30), std::pair(40u, 70u)) << "40 ports are untouched";
}

TEST_F(RankingTest, TheDestinationOfDeviceBoundSocketsStandsForThatOfUnboundOnes) {
  Add("10.0.0.2", 30, TcpState::kCloseWait);
  Add("10.0.0.2", 10, TcpState::kSynSent, 0, 2);
  const std::vector<DestinationReport> reports = RankAll().destinations;
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].scope, 2u);
  EXPECT_EQ(reports[0].used, 30);
  EXPECT_EQ(reports[0].syn_sent, 10);
  EXPECT_EQ(reports[0].close_wait, 30);
}

TEST_F(RankingTest, OtherNamespacesAreNotCounted) {
  Add("10.0.0.2", 1);
  EXPECT_TRUE(Rank(destinations_, 1, capacity_, rule_, admission_, 10).destinations.empty());
}

}  // namespace
}  // namespace tcp_lifecycle
