#include "collectors/analysis/destinations.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

ReuseRule ReuseFor(int64_t tw_reuse) {
  Sysctls sysctls;
  sysctls[Sysctl::kTwReuse] = tw_reuse;
  sysctls[Sysctl::kTimestamps] = 1;
  sysctls[Sysctl::kTwReuseDelay] = 1000;
  return ReuseRule(sysctls);
}

Socket Outbound(TcpState state, uint16_t local_port = 40000) {
  Socket socket = MakeSocket(state, "10.0.0.1", local_port, "10.0.0.2", 443);
  socket.role = Role::kOutbound;
  return socket;
}

Socket TimeWait(uint32_t remaining_ms) {
  Socket socket = Outbound(TcpState::kTimeWait);
  socket.remaining_ms = remaining_ms;
  return socket;
}

// What the one destination of `sockets` uses; nothing where there is none.
DestinationUse UseOf(const std::vector<Socket>& sockets, PortKind port = PortKind::kOpen,
                     int64_t tw_reuse = 0) {
  Destinations destinations;
  for (const Socket& socket : sockets) {
    destinations.Add(socket, port, ReuseFor(tw_reuse));
  }
  EXPECT_LE(destinations.table().size(), 1u);
  DestinationUse found;
  destinations.table().ForEach(
      [&](const DestinationKey&, const DestinationUse& use, uint64_t) { found = use; });
  return found;
}

size_t DistinctOf(const std::vector<Socket>& sockets, PortKind port = PortKind::kOpen) {
  Destinations destinations;
  for (const Socket& socket : sockets) destinations.Add(socket, port, ReuseFor(0));
  return destinations.table().size();
}

TEST(DestinationsTest, EveryConnectedStateHoldsAPort) {
  for (const TcpState state :
       {TcpState::kSynSent, TcpState::kEstablished, TcpState::kFinWait1, TcpState::kFinWait2,
        TcpState::kCloseWait, TcpState::kLastAck, TcpState::kClosing, TcpState::kTimeWait}) {
    EXPECT_EQ(UseOf({Outbound(state)}).used, 1) << Name(state);
  }
}

TEST(DestinationsTest, ATimeWaitOnABlockedPortIsNeverReusableNorComesFree) {
  const std::vector<Socket> sockets = {TimeWait(30000), Outbound(TcpState::kEstablished)};
  for (const int64_t tw_reuse : {0, 1}) {
    const DestinationUse use = UseOf(sockets, PortKind::kBlocked, tw_reuse);
    EXPECT_EQ(use.used, 2);
    EXPECT_EQ(use.on_blocked, 2);
    EXPECT_EQ(use.time_wait, 1);
    EXPECT_EQ(use.never_reused, 1);
    EXPECT_EQ(use.reusable + use.kept_by_age[30] + use.taken_over_by_age[30], 0);
    EXPECT_EQ(use.first_free_ms, DestinationUse::kNever);
  }
}

TEST(DestinationsTest, ABoundPortIsNotReusedAndComesFreeWhenItsTimeWaitEnds) {
  const DestinationUse use =
      UseOf({TimeWait(30000), Outbound(TcpState::kEstablished)}, PortKind::kBound, 1);
  EXPECT_EQ(use.used, 2);
  EXPECT_EQ(use.on_blocked, 2);
  EXPECT_EQ(use.reusable, 0);
  EXPECT_EQ(use.kept_by_age[30], 1);
  EXPECT_EQ(use.bound_time_wait, 1);
  EXPECT_EQ(use.first_free_ms, 30000);
  EXPECT_FALSE(use.first_is_reused);
}

TEST(DestinationsTest, AnOrphanInFinWait2IsPerhapsReusableWhereTheKernelMayDoSo) {
  const auto perhaps = [](Timer timer, int64_t tw_reuse, bool may_reuse_fin_wait2, PortKind port) {
    Sysctls sysctls;
    sysctls[Sysctl::kTwReuse] = tw_reuse;
    sysctls[Sysctl::kTimestamps] = 1;
    Socket socket = Outbound(TcpState::kFinWait2);
    socket.timer = timer;
    Destinations destinations;
    destinations.Add(socket, port, ReuseRule(sysctls, may_reuse_fin_wait2));
    uint32_t found = 0;
    destinations.table().ForEach([&](const DestinationKey&, const DestinationUse& use, uint64_t) {
      found = use.perhaps_reusable;
    });
    return found;
  };
  EXPECT_EQ(perhaps(Timer::kFinWait2, 1, true, PortKind::kAutobound), 1);
  EXPECT_EQ(perhaps(Timer::kFinWait2, 1, true, PortKind::kOpen), 1);
  EXPECT_EQ(perhaps(Timer::kFinWait2, 1, true, PortKind::kBlocked), 0);
  EXPECT_EQ(perhaps(Timer::kFinWait2, 1, false, PortKind::kAutobound), 0);
  EXPECT_EQ(perhaps(Timer::kFinWait2, 0, true, PortKind::kAutobound), 0);
  EXPECT_EQ(perhaps(Timer::kNone, 1, true, PortKind::kAutobound), 0);  // a program has it still
}

TEST(DestinationsTest, ATimeWaitWhosePeerSentNoTimestampsIsNotReusable) {
  Socket socket = TimeWait(30000);
  EXPECT_EQ(UseOf({socket}, PortKind::kOpen, 1).reusable, 1);
  socket.flags = kNeverReused;
  const DestinationUse use = UseOf({socket}, PortKind::kOpen, 1);
  EXPECT_EQ(use.reusable, 0);
  EXPECT_EQ(use.first_free_ms, 30000);
}

TEST(DestinationsTest, OfAnAutoboundSocketAClosedListenerTellsNothing) {
  Socket socket = Outbound(TcpState::kEstablished);
  socket.role = Role::kInbound;
  socket.flags = kByClosedListener;
  EXPECT_EQ(UseOf({socket}, PortKind::kOpen).used, 0);
  EXPECT_EQ(UseOf({socket}, PortKind::kAutobound).used, 1);
  socket.flags = 0;
  EXPECT_EQ(UseOf({socket}, PortKind::kAutobound).used, 0) << "an open listener does";
}

TEST(DestinationsTest, InboundAndBoundSocketsBelongToNone) {
  Socket inbound = Outbound(TcpState::kEstablished);
  inbound.role = Role::kInbound;
  Socket bound = Outbound(TcpState::kBoundInactive);
  bound.role = Role::kUnknown;
  EXPECT_EQ(DistinctOf({inbound, bound}), 0);
}

TEST(DestinationsTest, AnUnknownRoleCountsOnAUsablePortOnly) {
  Socket unknown = Outbound(TcpState::kTimeWait);
  unknown.role = Role::kUnknown;
  EXPECT_EQ(DistinctOf({unknown}), 1);
  EXPECT_EQ(DistinctOf({unknown}, PortKind::kOther), 0);
  unknown.state = TcpState::kCloseWait;
  EXPECT_EQ(DistinctOf({unknown}, PortKind::kOther), 0);
}

TEST(DestinationsTest, OnOtherPortsOnlyWhatIsTroubledCounts) {
  EXPECT_EQ(DistinctOf({Outbound(TcpState::kEstablished), Outbound(TcpState::kTimeWait)},
                       PortKind::kOther),
            0);
  const DestinationUse use =
      UseOf({Outbound(TcpState::kSynSent), Outbound(TcpState::kCloseWait)}, PortKind::kOther);
  EXPECT_EQ(use.used, 0);
  EXPECT_EQ(use.syn_sent, 1);
  EXPECT_EQ(use.close_wait, 1);
}

TEST(DestinationsTest, ASynThatIsSentAgainIsBoth) {
  Socket again = Outbound(TcpState::kSynSent);
  again.retransmits = 1;
  const DestinationUse use = UseOf({Outbound(TcpState::kSynSent), again});
  EXPECT_EQ(use.syn_sent, 2);
  EXPECT_EQ(use.syn_sent_retransmitting, 1);
}

TEST(DestinationsTest, SourceAddressPortScopeAndNamespaceTellDestinationsApart) {
  std::vector<Socket> sockets(6, Outbound(TcpState::kEstablished));
  sockets[1].local_address = Ip("10.0.0.9");
  sockets[2].remote_address = Ip("10.0.0.9");
  sockets[3].remote_port = 444;
  sockets[4].scope = 2;
  sockets[5].namespace_index = 1;
  EXPECT_EQ(DistinctOf(sockets), 6);
}

TEST(DestinationsTest, WhatUnboundSocketsHoldIsSharedWithDeviceBoundOnesAlone) {
  Destinations destinations;
  Socket bound = Outbound(TcpState::kEstablished);
  bound.scope = 2;
  destinations.Add(bound, PortKind::kOpen, ReuseFor(0));
  const DestinationKey of_bound = {bound.local_address, bound.remote_address, 443, 0, 2};
  DestinationKey of_unbound = of_bound;
  of_unbound.scope = 0;
  EXPECT_EQ(destinations.SharedWith(of_bound), nullptr);
  destinations.Add(Outbound(TcpState::kEstablished, 40001), PortKind::kOpen, ReuseFor(0));
  destinations.Add(Outbound(TcpState::kEstablished, 40002), PortKind::kOpen, ReuseFor(0));
  ASSERT_NE(destinations.SharedWith(of_bound), nullptr);
  EXPECT_EQ(destinations.SharedWith(of_bound)->used, 2);
  EXPECT_EQ(destinations.SharedWith(of_unbound), nullptr);
}

// With a source that does not know the device, such as procfs.
TEST(DestinationsTest, APortThatIsListedTwiceIsHeldOnceWhereTheDeviceIsNotKnown) {
  const std::vector<Socket> sockets = {Outbound(TcpState::kEstablished), TimeWait(30000),
                                       Outbound(TcpState::kCloseWait),
                                       Outbound(TcpState::kEstablished, 40001)};
  for (const bool knows_scope : {true, false}) {
    Destinations destinations(Destinations::kLimit, knows_scope);
    for (const Socket& socket : sockets) destinations.Add(socket, PortKind::kOpen, ReuseFor(0));
    destinations.table().ForEach([&](const DestinationKey&, const DestinationUse& use, uint64_t) {
      EXPECT_EQ(use.used, knows_scope ? 4 : 2);
      EXPECT_EQ(use.time_wait, knows_scope ? 1 : 0);
      EXPECT_EQ(use.close_wait, 1) << "a socket, whatever its port";
    });
  }
}

TEST(DestinationsTest, MappedAndIpv4SocketsShareOne) {
  Socket mapped =
      MakeSocket(TcpState::kEstablished, "::ffff:10.0.0.1", 40001, "::ffff:10.0.0.2", 443);
  mapped.role = Role::kOutbound;
  EXPECT_EQ(UseOf({Outbound(TcpState::kEstablished), mapped}).used, 2);
}

TEST(DestinationsTest, TimeWaitIsCountedByItsAge) {
  // The kernel's timer may be late.
  const DestinationUse use =
      UseOf({TimeWait(60700), TimeWait(60000), TimeWait(59001), TimeWait(59000), TimeWait(0)});
  EXPECT_EQ(use.time_wait, 5);
  EXPECT_EQ(use.kept_by_age[0], 3);
  EXPECT_EQ(use.kept_by_age[1], 1);
  EXPECT_EQ(use.kept_by_age[59], 1);
}

TEST(DestinationsTest, WithoutReuseAPortComesFreeWhenItsTimeEnds) {
  const DestinationUse use = UseOf({TimeWait(0), TimeWait(1000), TimeWait(1001), TimeWait(60000)});
  EXPECT_EQ(use.reusable, 0);
  EXPECT_EQ(use.first_free_ms, 0);
  EXPECT_FALSE(use.first_is_reused);
}

TEST(DestinationsTest, WithReuseItComesFreeAfterTheDelay) {
  const DestinationUse use = UseOf({TimeWait(58000), TimeWait(59500)}, PortKind::kOpen, 1);
  EXPECT_EQ(use.reusable, 1);
  EXPECT_EQ(use.taken_over_by_age[0], 1);
  EXPECT_EQ(use.taken_over_by_age[2], 1);
  EXPECT_EQ(use.first_free_ms, 501);
  EXPECT_TRUE(use.first_is_reused);
}

TEST(DestinationsTest, AnOrphanInFinWait2IsNoTimeWait) {
  Socket orphan = Outbound(TcpState::kFinWait2);
  orphan.timer = Timer::kFinWait2;
  orphan.remaining_ms = 100;
  const DestinationUse use = UseOf({orphan}, PortKind::kOpen, 1);
  EXPECT_EQ(use.used, 1);
  EXPECT_EQ(use.time_wait, 0);
  EXPECT_EQ(use.reusable, 0);
}

Socket Towards(uint32_t number, uint16_t local_port) {
  Socket socket = Outbound(TcpState::kEstablished, local_port);
  socket.remote_address =
      IpAddress::FromV4({10, static_cast<uint8_t>(number >> 16), static_cast<uint8_t>(number >> 8),
                         static_cast<uint8_t>(number)});
  return socket;
}

TEST(DestinationsTest, AMillionDestinationsStayInBoundedMemoryAndTheBusiestAreFound) {
  constexpr uint32_t kMillion = 1000000;
  constexpr uint32_t kBusy = 5;
  const ReuseRule rule = ReuseFor(0);
  Destinations destinations;
  for (uint32_t i = 0; i < kMillion; ++i) {
    destinations.Add(Towards(kBusy + i, 40000), PortKind::kOpen, rule);
    if (i % 100 == 0) {
      const auto port = static_cast<uint16_t>(32768 + i / 100);
      for (uint32_t busy = 0; busy < kBusy; ++busy) {
        destinations.Add(Towards(busy, port), PortKind::kOpen, rule);
      }
    }
  }
  const Destinations::Table& table = destinations.table();
  EXPECT_LE(table.size(), Destinations::kLimit);
  EXPECT_LE(table.error(), 2 * (kMillion + kBusy * kMillion / 100) / Destinations::kLimit);
  EXPECT_NEAR(static_cast<double>(table.distinct()), kMillion, kMillion * 0.06);
  uint32_t found = 0;
  table.ForEach([&](const DestinationKey& key, const DestinationUse& use, uint64_t missed) {
    if (use.used < 100) return;
    EXPECT_LT(key.address, Towards(kBusy, 0).remote_address);
    EXPECT_EQ(use.used, kMillion / 100);
    EXPECT_EQ(missed, 0) << "it was there from the start";
    ++found;
  });
  EXPECT_EQ(found, kBusy);
}

TEST(DestinationsTest, AMillionInboundClientsLeaveNoTrace) {
  const ReuseRule rule = ReuseFor(0);
  Destinations destinations;
  for (uint32_t i = 0; i < 1000000; ++i) {
    Socket socket = Towards(i, 443);
    socket.role = Role::kInbound;
    destinations.Add(socket, PortKind::kOther, rule);
  }
  EXPECT_EQ(destinations.table().size(), 0);
  EXPECT_EQ(destinations.table().distinct(), 0);
}

}  // namespace
}  // namespace tcp_lifecycle
