#include "collectors/analysis/port_use.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

constexpr EphemeralPorts Range(uint16_t min, uint16_t max) { return {{min, max}, {}}; }

Socket Connection(uint16_t local_port, Role role) {
  Socket socket = MakeSocket(TcpState::kEstablished, "10.0.0.1", local_port, "10.0.0.2", 443);
  socket.role = role;
  return socket;
}

Socket Bound(uint16_t port) {
  return MakeSocket(TcpState::kBoundInactive, "10.0.0.1", port, "0.0.0.0", 0);
}

PortUse TenPorts() { return PortUse(UsablePorts(Range(40000, 40009))); }

TEST(UsablePortsTest, AreTheRangeWithBothEnds) {
  const PortSet usable = UsablePorts(Range(40000, 40009));
  EXPECT_EQ(usable.count(), 10);
  EXPECT_TRUE(usable[40000]);
  EXPECT_TRUE(usable[40009]);
}

TEST(UsablePortsTest, LeaveReservedPortsOut) {
  EphemeralPorts ports = Range(40000, 40009);
  for (int port : {39999, 40000, 40002, 40003, 40004, 40010}) ports.reserved[port] = true;
  EXPECT_EQ(UsablePorts(ports).count(), 6);
  EXPECT_EQ(CountUsable(ports), 6u);
}

TEST(UsablePortsTest, ReachTheLastPort) {
  EXPECT_EQ(UsablePorts(Range(65535, 65535)).count(), 1);
  EXPECT_EQ(CountUsable(Range(65535, 65535)), 1u);
}

TEST(UsablePortsTest, OfAnInvertedRangeThereAreNone) {
  EXPECT_EQ(UsablePorts(Range(40009, 40000)).count(), 0);
  EXPECT_EQ(CountUsable(Range(40009, 40000)), 0u);
}

TEST(PortUseTest, AnOutboundConnectionUsesItsPortAndBlocksNone) {
  PortUse use = TenPorts();
  use.Add(Connection(40000, Role::kOutbound));
  use.Add(Connection(40001, Role::kUnknown));
  EXPECT_EQ(use.used(), 2);
  EXPECT_EQ(use.blocked(PortBlock::kInbound), 0);
}

TEST(PortUseTest, TwoSocketsOnOnePortUseOne) {
  PortUse use = TenPorts();
  use.Add(Connection(40000, Role::kOutbound));
  use.Add(Connection(40000, Role::kOutbound));
  EXPECT_EQ(use.used(), 1);
}

TEST(PortUseTest, APortCountsOnceAndForTheFirstThatHoldsIt) {
  PortUse use = TenPorts();
  use.AddListener(MakeListener("0.0.0.0", 40000));
  use.AddListener(MakeListener("10.0.0.1", 40000));
  use.Add(Bound(40000));
  use.Add(Bound(40001));
  use.Add(Bound(40001));
  use.Add(Connection(40000, Role::kInbound));
  use.Add(Connection(40001, Role::kInbound));
  use.Add(Connection(40002, Role::kInbound));
  EXPECT_EQ(use.blocked(PortBlock::kListen), 1);
  EXPECT_EQ(use.blocked(PortBlock::kBound), 1);
  EXPECT_EQ(use.blocked(PortBlock::kInbound), 1);
  EXPECT_EQ(use.used(), 3);
}

TEST(PortUseTest, KnowsOfEachPortWhetherItIsBlocked) {
  PortUse use = TenPorts();
  use.AddListener(MakeListener("10.0.0.2", 40000));
  use.AddListener(MakeListener("0.0.0.0", 80));
  use.Add(Connection(40001, Role::kOutbound));
  EXPECT_TRUE(use.blocked(40000));
  EXPECT_FALSE(use.blocked(40001));
  EXPECT_FALSE(use.blocked(80)) << "autobind does not choose it anyway";
}

TEST(PortUseTest, ASynRecvBlocksNoPort) {
  PortUse use = TenPorts();
  Socket socket = Connection(40000, Role::kInbound);
  socket.state = TcpState::kSynRecv;
  use.Add(socket);
  EXPECT_EQ(use.used(), 1);
  EXPECT_EQ(use.blocked(PortBlock::kInbound), 0);
}

TEST(PortUseTest, WhatOnlyAClosedListenerMakesInboundBlocksNoPort) {
  PortUse use = TenPorts();
  Socket socket = Connection(40000, Role::kInbound);
  socket.flags = kByClosedListener;
  use.Add(socket);
  EXPECT_EQ(use.used(), 1);
  EXPECT_EQ(use.blocked(PortBlock::kInbound), 0);
}

TEST(PortUseTest, WhatTheSourceTellsIsBlockedAndNothingElse) {
  PortUse use = TenPorts();
  PortSet told;
  for (const int port : {80, 40000, 40001, 40002, 40003}) told[static_cast<size_t>(port)] = true;
  use.SetBlocked(told);
  use.AddListener(MakeListener("0.0.0.0", 40000));
  use.Add(Connection(40001, Role::kOutbound));  // it bound its port
  Socket of_closed_listener = Connection(40002, Role::kInbound);
  of_closed_listener.flags = kByClosedListener;
  use.Add(of_closed_listener);
  use.Add(Connection(40004, Role::kInbound));  // a wrong judgement
  EXPECT_EQ(use.blocked(PortBlock::kListen), 1);
  EXPECT_EQ(use.blocked(PortBlock::kBound), 2);
  EXPECT_EQ(use.blocked(PortBlock::kInbound), 1);
  EXPECT_TRUE(use.blocked(40003)) << "by a socket that came later than what was seen";
  EXPECT_FALSE(use.blocked(40004));
  EXPECT_FALSE(use.blocked(80));
}

TEST(PortUseTest, WhatAutobindMakesOfAPort) {
  PortUse use = TenPorts();
  use.AddListener(MakeListener("0.0.0.0", 40000));
  EXPECT_EQ(use.KindOf(80), PortKind::kOther);
  EXPECT_EQ(use.KindOf(40000), PortKind::kBlocked);
  EXPECT_EQ(use.KindOf(40001), PortKind::kOpen);

  PortUse knows = TenPorts();
  PortSet blocked;
  blocked[40000] = blocked[40001] = true;
  knows.SetBlocked(blocked);
  knows.AddListener(MakeListener("0.0.0.0", 40000));
  EXPECT_EQ(knows.KindOf(40000), PortKind::kBlocked);
  EXPECT_EQ(knows.KindOf(40001), PortKind::kBound);
  EXPECT_EQ(knows.KindOf(40002), PortKind::kAutobound);
}

TEST(PortUseTest, PortsOutsideTheRangeAndReservedOnesDoNotCount) {
  EphemeralPorts ports = Range(40000, 40009);
  ports.reserved[40005] = true;
  PortUse use(UsablePorts(ports));
  use.AddListener(MakeListener("0.0.0.0", 80));
  use.AddListener(MakeListener("0.0.0.0", 40005));
  use.Add(Bound(39999));
  use.Add(Connection(40010, Role::kInbound));
  for (PortBlock by : {PortBlock::kListen, PortBlock::kBound, PortBlock::kInbound}) {
    EXPECT_EQ(use.blocked(by), 0);
  }
  EXPECT_EQ(use.used(), 0);
}

}  // namespace
}  // namespace tcp_lifecycle
