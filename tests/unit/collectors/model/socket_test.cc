#include "collectors/model/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

TEST(SocketTest, LabelValuesAreThoseOfTheContractInTheOrderOfTheEnums) {
  EXPECT_THAT(kTimerNames, ElementsAre("none", "retransmit", "keepalive", "fin_wait2", "time_wait",
                                       "zero_window"));
  EXPECT_EQ(kTimerNames[static_cast<size_t>(Timer::kZeroWindow)], "zero_window");
  EXPECT_THAT(kRoleNames, ElementsAre("outbound", "inbound", "unknown"));
  EXPECT_EQ(kRoleNames[static_cast<size_t>(Role::kUnknown)], "unknown");
  EXPECT_THAT(kFamilyNames, ElementsAre("ipv4", "ipv6"));
  EXPECT_EQ(kFamilyNames[static_cast<size_t>(Family::kIpv6)], "ipv6");
}

TEST(SocketTest, WhatASourceDoesNotSetIsUnknown) {
  const Listener listener;
  EXPECT_EQ(listener.socket.role, Role::kUnknown);
  EXPECT_EQ(listener.backlog, std::nullopt);
  EXPECT_EQ(listener.drops, std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
