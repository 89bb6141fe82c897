#include "collectors/ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collectors/page.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

Page PageOf(const Snapshot& snapshot) { return Page(PortsCollector(), snapshot); }

Socket OnPort(uint16_t port, TcpState state, Role role) {
  Socket socket = MakeSocket(state, "10.0.0.1", port, "10.0.0.2", 443);
  socket.role = role;
  return socket;
}

TEST(PortsTest, TheRangeAndItsReservedPortsAreFacts) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(PortsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok()) << page.status();
  EXPECT_EQ(page["ephemeral_port_range_min"], 40000);
  EXPECT_EQ(page["ephemeral_port_range_max"], 40009);
  EXPECT_EQ(page["ephemeral_ports_reserved"], 1);
  EXPECT_EQ(page["ephemeral_ports"], 9);
}

TEST(PortsTest, ReservedPortsOutsideTheRangeDoNotCount) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.ephemeral_ports->reserved[8080] = true;
  EXPECT_EQ(PageOf(snapshot)["ephemeral_ports_reserved"], 1);
}

TEST(PortsTest, EveryReasonIsThereWithoutSockets) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(PortsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=listen}"], 0);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=bound}"], 0);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=inbound}"], 0);
  EXPECT_EQ(page["ephemeral_ports_used"], 0);
}

TEST(PortsTest, CountsBlockedAndUsedPorts) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(PortsCollector(), snapshot, {MakeListener("::", 40001), MakeListener("::", 80)},
          {OnPort(40002, TcpState::kBoundInactive, Role::kUnknown),
           OnPort(40003, TcpState::kBoundInactive, Role::kUnknown),
           OnPort(40001, TcpState::kEstablished, Role::kInbound),
           OnPort(40004, TcpState::kTimeWait, Role::kInbound),
           OnPort(40005, TcpState::kTimeWait, Role::kOutbound),
           OnPort(40000, TcpState::kTimeWait, Role::kOutbound)});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=listen}"], 1);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=bound}"], 2);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=inbound}"], 1);
  EXPECT_EQ(page["ephemeral_ports_used"], 5);
}

TEST(PortsTest, BoundIsAbsentWhereTheSourceCannotSeeIt) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.pass.knows_bound_inactive = false;
  RunPass(PortsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["ephemeral_ports_blocked{by=bound}"], std::nullopt);
  EXPECT_EQ(page["ephemeral_ports_blocked{by=listen}"], 0);
}

TEST(PortsTest, AFailedStreamLeavesTheRangeAndItsError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].stream = absl::DeadlineExceededError("cut");
  RunPass(PortsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::DeadlineExceededError("cut"));
  EXPECT_THAT(page.families(), ElementsAre("ephemeral_port_range_min", "ephemeral_port_range_max",
                                           "ephemeral_ports_reserved", "ephemeral_ports"));
}

TEST(PortsTest, WithoutARangeThereIsNothingToTell) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  RunPass(PortsCollector(), snapshot, {MakeListener("::", 40001)},
          {OnPort(40005, TcpState::kEstablished, Role::kOutbound)});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("ephemeral_ports"));
  EXPECT_EQ(page.size(), 0);
}

TEST(PortsTest, NamespacesAreCountedApart) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  Socket socket = OnPort(40005, TcpState::kEstablished, Role::kOutbound);
  socket.namespace_index = 1;
  RunPass(PortsCollector(), snapshot, {}, {socket});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["ephemeral_ports_used"], 0);
  EXPECT_EQ(page["ephemeral_ports_used{netns=other}"], 1);
}

}  // namespace
}  // namespace tcp_lifecycle
