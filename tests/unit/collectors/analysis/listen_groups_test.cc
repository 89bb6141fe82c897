#include "collectors/analysis/listen_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Optional;

Listener WithQueue(const std::string& address, uint16_t port, uint32_t queue, uint32_t backlog) {
  Listener listener = MakeListener(address, port);
  listener.accept_queue = queue;
  listener.backlog = backlog;
  listener.drops = 0;
  return listener;
}

std::vector<uint16_t> PortsOf(const std::vector<ListenGroup>& groups) {
  std::vector<uint16_t> ports;
  for (const ListenGroup& group : groups) ports.push_back(group.port);
  return ports;
}

TEST(ListenGroupsTest, OfNoListenersThereAreNone) {
  EXPECT_TRUE(ListenGroups().TakeFullest(50).empty());
}

TEST(ListenGroupsTest, ListenersWithOneAddressAndPortAreSummedWhateverTheirScope) {
  ListenGroups groups;
  for (uint32_t queue : {1u, 6u, 2u}) groups.Add(WithQueue("0.0.0.0", 80, queue, 5));
  Listener on_device = WithQueue("0.0.0.0", 80, 4, 16);
  on_device.socket.scope = 3;
  on_device.drops = 7;
  groups.Add(on_device);

  const std::vector<ListenGroup> all = groups.TakeFullest(50);
  ASSERT_EQ(all.size(), 1);
  EXPECT_EQ(all[0].address, Ip("0.0.0.0"));
  EXPECT_EQ(all[0].port, 80);
  EXPECT_EQ(all[0].listeners, 4);
  EXPECT_EQ(all[0].queue, 13);
  EXPECT_THAT(all[0].limit, Optional(31));
  EXPECT_THAT(all[0].drops, Optional(7));
  EXPECT_THAT(all[0].max_ratio, Optional(6.0 / 5));
  EXPECT_EQ(all[0].full, 1);
  EXPECT_THAT(all[0].max_limit, Optional(16));
}

TEST(ListenGroupsTest, AMappedListenerIsInTheGroupOfItsIpv4Address) {
  ListenGroups groups;
  groups.Add(WithQueue("10.0.0.1", 80, 1, 5));
  groups.Add(WithQueue("::ffff:10.0.0.1", 80, 1, 5));
  EXPECT_EQ(groups.TakeFullest(50).size(), 1);
}

TEST(ListenGroupsTest, AnotherAddressOrPortIsAnotherGroup) {
  ListenGroups groups;
  groups.Add(WithQueue("0.0.0.0", 80, 0, 5));
  groups.Add(WithQueue("::", 80, 0, 5));
  groups.Add(WithQueue("0.0.0.0", 81, 0, 5));
  EXPECT_EQ(groups.TakeFullest(50).size(), 3);
}

TEST(ListenGroupsTest, TheFullestByRatioComeFirstAndTiesInOrderOfAddressAndPort) {
  ListenGroups groups;
  groups.Add(WithQueue("2001:db8::1", 9, 0, 5));
  groups.Add(WithQueue("10.0.0.2", 8, 0, 5));
  groups.Add(WithQueue("10.0.0.1", 7, 0, 5));
  groups.Add(WithQueue("10.0.0.1", 6, 0, 5));
  groups.Add(WithQueue("10.0.0.1", 1, 100, 4096));
  groups.Add(WithQueue("10.0.0.1", 2, 4, 5));
  groups.Add(WithQueue("10.0.0.1", 3, 8, 10));
  EXPECT_THAT(PortsOf(groups.TakeFullest(50)), ElementsAre(3, 2, 1, 6, 7, 8, 9));
}

TEST(ListenGroupsTest, WithoutABacklogLimitAndRatioAreUnknownAndTheQueueOrders) {
  ListenGroups groups;
  for (uint32_t queue : {1u, 3u, 2u}) {
    Listener listener = MakeListener("10.0.0.1", static_cast<uint16_t>(queue));
    listener.accept_queue = queue;
    groups.Add(listener);
  }
  const std::vector<ListenGroup> all = groups.TakeFullest(50);
  EXPECT_THAT(PortsOf(all), ElementsAre(3, 2, 1));
  EXPECT_EQ(all[0].limit, std::nullopt);
  EXPECT_EQ(all[0].drops, std::nullopt);
  EXPECT_EQ(all[0].max_ratio, std::nullopt);
  EXPECT_EQ(all[0].max_limit, std::nullopt);
}

TEST(ListenGroupsTest, OneSocketWithoutABacklogLeavesTheSumUnknown) {
  ListenGroups groups;
  groups.Add(MakeListener("10.0.0.1", 80));
  groups.Add(WithQueue("10.0.0.1", 80, 1, 5));
  EXPECT_THAT(groups.TakeFullest(50), ElementsAre(AllOf(Field(&ListenGroup::limit, std::nullopt),
                                                        Field(&ListenGroup::drops, std::nullopt),
                                                        Field(&ListenGroup::queue, 1))));
}

TEST(ListenGroupsTest, ABacklogOfZeroIsNoDivisionByZero) {
  ListenGroups groups;
  groups.Add(WithQueue("10.0.0.1", 80, 0, 0));
  groups.Add(WithQueue("10.0.0.1", 81, 1, 0));
  const std::vector<ListenGroup> all = groups.TakeFullest(50);
  EXPECT_THAT(all[0].max_ratio, Optional(1.0));
  EXPECT_THAT(all[1].max_ratio, Optional(0.0));
  EXPECT_EQ(all[0].full, 1) << "the kernel queues one more than the limit";
  EXPECT_EQ(all[1].full, 0);
}

TEST(ListenGroupsTest, WhatIsNotTakenIsCounted) {
  ListenGroups groups;
  for (uint16_t port = 1; port <= 60; ++port) groups.Add(WithQueue("10.0.0.1", port, port, 100));
  const std::vector<ListenGroup> fullest = groups.TakeFullest(50);
  ASSERT_EQ(fullest.size(), 50);
  EXPECT_EQ(fullest.front().port, 60);
  EXPECT_EQ(fullest.back().port, 11);
  EXPECT_EQ(groups.omitted(), 10);
}

TEST(ListenGroupsTest, AHundredThousandListenersLeaveTheFullestAndACountOfTheRest) {
  ListenGroups groups;
  for (uint32_t i = 0; i < 100'000; ++i) {
    const uint32_t queue = i % 1000 == 0 ? 50 + i / 1000 : 0;
    Listener listener = WithQueue("10.0.0.1", static_cast<uint16_t>(i), queue, 100);
    listener.socket.local_address = IpAddress::FromV4({10, 0, 1, static_cast<uint8_t>(i >> 16)});
    groups.Add(listener);
  }
  const std::vector<ListenGroup> fullest = groups.TakeFullest(50);
  ASSERT_EQ(fullest.size(), 50);
  EXPECT_EQ(fullest.front().queue, 149);
  EXPECT_EQ(fullest.back().queue, 100);
  EXPECT_EQ(groups.omitted(), 99'950);
}

TEST(ListenGroupsTest, TheEmptierHalfIsDroppedAtTheBoundAndStartsAnew) {
  ListenGroups groups;
  for (uint32_t port = 1; port <= ListenGroups::kMaxHeld; ++port) {
    groups.Add(WithQueue("10.0.0.1", static_cast<uint16_t>(port), port, 10000));
  }
  EXPECT_EQ(groups.omitted(), 0) << "the bound itself is held";
  groups.Add(WithQueue("10.0.0.2", 1, 1, 10000));
  EXPECT_EQ(groups.omitted(), ListenGroups::kMaxHeld / 2);
  groups.Add(WithQueue("10.0.0.1", 1, 1, 10000));
  groups.Add(WithQueue("10.0.0.1", ListenGroups::kMaxHeld, 1, 10000));
  const std::vector<ListenGroup> held = groups.TakeFullest(ListenGroups::kMaxHeld);
  ASSERT_EQ(held.size(), ListenGroups::kMaxHeld / 2 + 2);
  EXPECT_EQ(held.front().listeners, 2) << "the fullest stayed";
  EXPECT_EQ(held[held.size() - 2].port, 1);
  EXPECT_EQ(held[held.size() - 2].listeners, 1) << "it was dropped meanwhile";
}

}  // namespace
}  // namespace tcp_lifecycle
