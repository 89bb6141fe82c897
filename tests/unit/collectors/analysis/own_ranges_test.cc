#include "collectors/analysis/own_ranges.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

constexpr PortRange kNamespaceRange = {40000, 40099};

PortSet AllUsable() {
  PortSet usable;
  for (uint32_t port = kNamespaceRange.min; port <= kNamespaceRange.max; ++port) {
    usable[port] = true;
  }
  return usable;
}

class OwnRangesTest : public ::testing::Test {
 protected:
  // One socket on each of `count` ports from `first` on.
  void Add(const std::string& address, uint16_t first, uint16_t count, PortRange range) {
    for (uint16_t i = 0; i < count; ++i) {
      ranges_.Add(MakeSocket(TcpState::kEstablished, "10.0.0.1", static_cast<uint16_t>(first + i),
                             address, 443),
                  range, kNamespaceRange, ports_);
    }
  }
  std::vector<OwnRangeReport> Fullest(size_t count = 10) { return ranges_.Fullest(ports_, count); }

  PortUse ports_{AllUsable()};
  OwnRanges ranges_;
};

TEST_F(OwnRangesTest, CountsTheSocketsOfEachDestinationAndRange) {
  Add("10.0.0.2", 40000, 8, {40000, 40009});
  Add("10.0.0.2", 40010, 3, {40010, 40019});
  Add("10.0.0.3", 40000, 1, {40000, 40009});
  const std::vector<OwnRangeReport> fullest = Fullest();
  ASSERT_EQ(fullest.size(), 3u);
  EXPECT_EQ(ToString(fullest[0].source), "10.0.0.1");
  EXPECT_EQ(ToString(fullest[0].address), "10.0.0.2");
  EXPECT_EQ(fullest[0].port, 443);
  EXPECT_EQ(fullest[0].range, (PortRange{40000, 40009}));
  EXPECT_EQ(fullest[0].open, 10u);
  EXPECT_EQ(fullest[0].used, 8u);
  EXPECT_EQ(fullest[1].used, 3u);
  EXPECT_EQ(ToString(fullest[2].address), "10.0.0.3");
  EXPECT_EQ(Fullest(1).size(), 1u);
}

TEST_F(OwnRangesTest, ReservedAndBlockedPortsAreNotOpen) {
  PortSet usable = AllUsable();
  usable[40000] = false;
  ports_ = PortUse(usable);
  PortSet blocked;
  blocked[40001] = true;
  ports_.SetBlocked(blocked);
  Add("10.0.0.2", 40000, 5, {40000, 40009});
  EXPECT_EQ(Fullest().front().open, 8u);
  EXPECT_EQ(Fullest().front().used, 3u) << "not those on the reserved and the blocked port";
}

TEST_F(OwnRangesTest, ARangeWithoutAnOpenPortIsFull) {
  PortSet blocked;
  blocked[40001] = true;
  ports_.SetBlocked(blocked);
  Add("10.0.0.2", 40001, 1, {40001, 40001});
  EXPECT_EQ(Fullest().front().open, 0u);
  EXPECT_EQ(Fullest().front().utilization(), 1);
}

TEST_F(OwnRangesTest, ABoundOutsideTheRangeOfTheNamespaceDoesNotCount) {
  Add("10.0.0.2", 40090, 1, {40090, 50000});
  Add("10.0.0.3", 40000, 1, {1024, 40009});
  Add("10.0.0.4", 40000, 1, {1024, 2048});
  std::vector<PortRange> ranges;
  for (const OwnRangeReport& report : Fullest()) ranges.push_back(report.range);
  EXPECT_EQ(ranges, (std::vector<PortRange>{{40090, 40099}, {40000, 40009}, kNamespaceRange}));
}

TEST_F(OwnRangesTest, ASocketThatBoundAPortOutsideItsRangeHoldsNoneOfIt) {
  Add("10.0.0.2", 40050, 1, {40000, 40009});
  EXPECT_EQ(Fullest().front().used, 0u);
}

TEST_F(OwnRangesTest, OfTooManyTheFirstAreKept) {
  for (size_t i = 0; i <= OwnRanges::kMaxEntries; ++i) {
    Add("10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200), 40000, 1,
        {40000, 40009});
  }
  Add("10.0.0.0", 40001, 1, {40000, 40009});
  EXPECT_EQ(Fullest(1000).size(), OwnRanges::kMaxEntries);
  EXPECT_EQ(Fullest().front().used, 2u);
}

}  // namespace
}  // namespace tcp_lifecycle
