#include "collectors/ports/ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "collectors/reports/ports_report.h"
#include "tests/unit/collectors/metrics_page.h"

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
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=listen}"], 0);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=bound}"], 0);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=inbound}"], 0);
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
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=listen}"], 1);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=bound}"], 2);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=inbound}"], 1);
  EXPECT_EQ(page["ephemeral_ports_used"], 5);
}

TEST(PortsTest, BoundIsAbsentWhereTheSourceCannotSeeIt) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.pass.knows_bound_inactive = false;
  RunPass(PortsCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=bound}"], std::nullopt);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=listen}"], 0);
}

// Five connections to one destination, three of them in TIME_WAIT.
std::vector<Socket> SomeConnections() {
  std::vector<Socket> sockets;
  for (uint16_t port = 40002; port < 40007; ++port) {
    sockets.push_back(
        OnPort(port, port < 40004 ? TcpState::kEstablished : TcpState::kTimeWait, Role::kOutbound));
    sockets.back().remaining_ms = 60000;
  }
  return sockets;
}

constexpr char kTo443[] =
    "source_address=10.0.0.1,destination_address=10.0.0.2,destination_port=443";

std::string Of(const char* family, const std::string& more = "") {
  return absl::StrCat(family, "{", kTo443, more, "}");
}

TEST(PortsTest, ADestinationIsToldWithBothBounds) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = 0;
  RunPass(PortsCollector(), snapshot, {MakeListener("::", 40001)}, SomeConnections());
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page[Of("destination_ports_used")], 5);
  EXPECT_EQ(page[Of("destination_ports_time_wait")], 3);
  EXPECT_EQ(page[Of("destination_ports_reusable")], 0);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 3);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=max")], 3);
  EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=min")], 0.625);
  EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=max")], 0.625);
  EXPECT_EQ(page[Of("destination_connections_per_second")], 0.6);
  EXPECT_EQ(page[Of("destination_seconds_to_exhaustion")], std::nullopt);
  EXPECT_EQ(page[Of("destination_seconds_to_free_port")], std::nullopt);
  EXPECT_EQ(page[Of("destination_sockets", ",state=close_wait")], std::nullopt);
  EXPECT_EQ(page["destination_utilization_max_ratio{bound=min}"], 0.625);
  EXPECT_EQ(page["destinations"], 1);
  EXPECT_EQ(page["destinations_exported"], 1);
  EXPECT_EQ(page["destination_table_limit"], 16384);
  EXPECT_EQ(page["destination_table_evictions"], 0);
  EXPECT_EQ(page["destination_table_error_ports"], 0);
  EXPECT_EQ(page["bind_ports_free{source_address=any}"], 3);
  EXPECT_EQ(page["bind_ports_free{source_address=10.0.0.1}"], 3);
}

TEST(PortsTest, AnOddRangeMayLoseAPort) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.ephemeral_ports->range.max = 40010;
  RunPass(PortsCollector(), snapshot, {}, SomeConnections());
  EXPECT_EQ(PageOf(snapshot)[Of("destination_ports_headroom", ",bound=min")], 4);
  snapshot.namespaces[0].facts.ephemeral_ports->range = {40002, 40002};
  RunPass(PortsCollector(), snapshot, {}, {});
  const PortCapacity& alone = snapshot.namespaces[0].reports.Get<PortsReport>()->capacity;
  EXPECT_EQ(alone.untouched, 1);
  EXPECT_FALSE(alone.may_miss_one);
}

TEST(PortsTest, WhereTheSourceKnowsWhoHoldsEachPortTheBoundsMeet) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = 0;
  const std::vector<uint16_t> blocked = {40001, 40008};
  std::vector<Socket> sockets = SomeConnections();
  sockets.push_back(MakeSocket(TcpState::kEstablished, "10.0.0.1", 40009, "10.0.0.2",
                               80));  // another destination
  RunPass(PortsCollector(), snapshot, {MakeListener("::", 40001)}, sockets, &blocked);
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=listen}"], 1);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=bound}"], 1);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 2);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=max")], 2);
  EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=max")], 5.0 / 7);
}

TEST(PortsTest, WhatTheSourceCannotSeeWidensTheBounds) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.pass.knows_bound_inactive = false;
  RunPass(PortsCollector(), snapshot, {}, SomeConnections());
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 0);
  EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=max")], 1);
  EXPECT_EQ(page["bind_ports_free{source_address=any}"], std::nullopt);
}

// Three sockets in TIME_WAIT on a kernel without tcp_tw_reuse_delay, two of which must wait.
TEST(PortsTest, WithoutAReuseDelayTheSourceTellsWhichTimeWaitIsReusable) {
  Snapshot snapshot = MakeSnapshot();
  Sysctls& sysctls = snapshot.namespaces[0].facts.sysctls;
  sysctls[Sysctl::kTwReuse] = 1;
  sysctls[Sysctl::kTimestamps] = 1;
  sysctls[Sysctl::kTwReuseDelay] = absl::NotFoundError("");
  std::vector<Socket> sockets = SomeConnections();
  sockets[2].flags = kReusedNextSecond;
  sockets[3].flags = kNeverReused;
  const std::vector<uint16_t> blocked;
  RunPass(PortsCollector(), snapshot, {}, sockets, &blocked);
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page[Of("destination_ports_reusable")], 1);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 5);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=max")], 5);
  RunPass(PortsCollector(), snapshot, {}, SomeConnections());
  const Page by_dump = PageOf(snapshot);
  EXPECT_EQ(by_dump[Of("destination_ports_headroom", ",bound=min")], 4);
  EXPECT_EQ(by_dump[Of("destination_ports_headroom", ",bound=max")], 7);
}

// Five of the usable ports, 40001 to `last_port`, are held; the source does not see what is only
// bound.
Page PageWithUnseen(uint64_t most_bound_inactive, uint16_t last_port,
                    const std::vector<uint16_t>* blocked = nullptr) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.pass.knows_bound_inactive = false;
  snapshot.most_bound_inactive = most_bound_inactive;
  snapshot.namespaces[0].facts.ephemeral_ports->range.max = last_port;
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = 0;
  RunPass(PortsCollector(), snapshot, {}, SomeConnections(), blocked);
  return PageOf(snapshot);
}

TEST(PortsTest, EachSocketThatMayBeBoundUnseenTakesAPortFromTheLeast) {
  const Page page = PageWithUnseen(3, 40009);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 1);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=max")], 4);
  EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=min")], 5.0 / 9);
  EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=max")], 8.0 / 9);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=bound}"], std::nullopt);
  EXPECT_EQ(PageWithUnseen(5, 40009)[Of("destination_ports_headroom", ",bound=min")], 0);
}

TEST(PortsTest, WhereNoSocketIsUnseenTheBoundsAreThoseOfASourceThatSeesAll) {
  const Page page = PageWithUnseen(0, 40009);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 4);
  EXPECT_EQ(page["bind_ports_free{source_address=any}"], 4);
  EXPECT_EQ(page["ephemeral_ports_blocked{blocker=bound}"], std::nullopt);
}

TEST(PortsTest, FreePortsForBindAreALowerBoundWhileFewSocketsAreUnseen) {
  const Page page = PageWithUnseen(1, 40199);
  EXPECT_EQ(page["bind_ports_free{source_address=any}"], 199 - 5 - 1);
  EXPECT_EQ(page["bind_ports_free{source_address=10.0.0.1}"], 199 - 5 - 1);
  const Page useless = PageWithUnseen(2, 40199);
  EXPECT_EQ(useless["bind_ports_free{source_address=any}"], std::nullopt);
  EXPECT_NEAR(*useless["destination_utilization_max_ratio{bound=max}"], 7 / 199.0, 1e-9);
}

TEST(PortsTest, ASourceThatKnowsEachBlockedPortLosesNothingToUnseenSockets) {
  const std::vector<uint16_t> blocked = {40008};
  const Page page = PageWithUnseen(3, 40009, &blocked);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=min")], 3);
  EXPECT_EQ(page[Of("destination_ports_headroom", ",bound=max")], 3);
}

TEST(PortsTest, TheFirstBoundPortToComeFreeIsThatOfATimeWait) {
  Snapshot snapshot = MakeSnapshot();
  const std::unique_ptr<Accumulator> accumulator = PortsCollector().Begin(snapshot);
  PortSet blocked;
  std::vector<Socket> sockets;
  const auto add = [&](uint16_t port, TcpState state, uint32_t remaining_ms, bool bound) {
    sockets.push_back(OnPort(port, state, Role::kOutbound));
    sockets.back().remaining_ms = remaining_ms;
    blocked[port] = bound;
  };
  add(40003, TcpState::kEstablished, 100, true);
  add(40004, TcpState::kTimeWait, 9000, true);
  add(40005, TcpState::kTimeWait, 7000, true);
  add(40006, TcpState::kTimeWait, 3000, false);
  accumulator->ObserveBlockedPorts(0, blocked);
  accumulator->Observe(sockets);
  accumulator->Finish(snapshot);
  EXPECT_EQ(snapshot.namespaces[0].reports.Get<PortsReport>()->capacity.first_bound_free_ms, 7000);
}

// Which of the ports 40002 and 40003, the range of its own, a socket holds.
std::optional<std::vector<OwnRangeReport>> OwnRangesWith(bool has_own_range, bool blocked_is_told) {
  Snapshot snapshot = MakeSnapshot();
  const std::unique_ptr<Accumulator> accumulator = PortsCollector().Begin(snapshot);
  if (blocked_is_told) {
    PortSet blocked;
    blocked[40003] = true;
    accumulator->ObserveBlockedPorts(0, blocked);
  }
  if (has_own_range) {
    accumulator->ObserveOwnRange(OnPort(40002, TcpState::kEstablished, Role::kOutbound),
                                 {40002, 40003});
  }
  accumulator->Finish(snapshot);
  return snapshot.namespaces[0].reports.Get<PortsReport>()->own_ranges;
}

TEST(PortsTest, RangesOfSingleSocketsAreInTheReport) {
  const auto ranges = OwnRangesWith(true, true);
  ASSERT_TRUE(ranges.has_value());
  ASSERT_EQ(ranges->size(), 1u);
  EXPECT_EQ(ranges->front().used, 1u);
  EXPECT_EQ(ranges->front().open, 1u);
  EXPECT_EQ(OwnRangesWith(true, false)->front().open, 2u);
}

TEST(PortsTest, ThatNoSocketHasARangeIsKnownOnlyToASourceThatReadsThem) {
  EXPECT_EQ(OwnRangesWith(false, true)->size(), 0u);
  EXPECT_FALSE(OwnRangesWith(false, false).has_value());
}

// Two rows that look alike: a socket that is bound to a device and one that is not.
TEST(PortsTest, WhereTheDeviceIsNotKnownAPortThatIsListedTwiceIsHeldOnce) {
  for (const bool knows_scope : {true, false}) {
    Snapshot snapshot = MakeSnapshot();
    snapshot.source_knows_scope = knows_scope;
    std::vector<Socket> sockets = SomeConnections();
    for (const Socket& socket : SomeConnections()) sockets.push_back(socket);
    RunPass(PortsCollector(), snapshot, {}, sockets);
    const Page page = PageOf(snapshot);
    EXPECT_EQ(page[Of("destination_ports_used")], knows_scope ? 10 : 5);
    EXPECT_EQ(page[Of("destination_utilization_ratio", ",bound=min")], knows_scope ? 1 : 5.0 / 9);
  }
}

TEST(PortsTest, OnlyTheFullestDestinationsOfAllNamespacesAreExported) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  std::vector<Socket> sockets = SomeConnections();
  sockets.push_back(OnPort(40009, TcpState::kEstablished, Role::kOutbound));
  sockets.back().namespace_index = 1;
  const PortsCollector collector({.top = 1});
  RunPass(collector, snapshot, {}, sockets);
  const Page page(collector, snapshot);
  EXPECT_EQ(page["destinations_exported"], 1);
  EXPECT_EQ(page["destinations_exported{netns=other}"], std::nullopt);
  EXPECT_EQ(page["destinations"], 2);
  EXPECT_NE(page["destination_utilization_max_ratio{netns=other,bound=min}"], 0);
}

// 10.0.0.1 -> 10.0.0.`last`:80.
DestinationReport Destination(uint8_t last, double utilization, uint32_t close_wait) {
  DestinationReport report;
  report.source = Ip("10.0.0.1");
  report.address = IpAddress::FromV4({10, 0, 0, last});
  report.port = 80;
  report.utilization = {utilization, utilization};
  report.close_wait = close_wait;
  report.admitted = true;
  return report;
}

TEST(PortsTest, ATroubledDestinationIsExportedBeforeAFullerOne) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  PortsReport own, other;
  own.destinations = {Destination(1, 0.9, 0), Destination(2, 0.5, 10), Destination(3, 0.3, 0)};
  other.destinations = {Destination(4, 0.4, 0), Destination(5, 0.2, 10), Destination(6, 0.1, 10)};
  snapshot.namespaces[0].reports.Set<PortsReport>(own);
  snapshot.namespaces[1].reports.Set<PortsReport>(other);
  const auto exported = [&](size_t top) {
    const Page page(PortsCollector({.top = top}), snapshot);
    std::string shown;
    for (int last = 1; last <= 6; ++last) {
      for (const char* netns : {"", "netns=other,"}) {
        const std::string series = absl::StrCat(
            "destination_ports_used{", netns, "source_address=10.0.0.1,destination_address=10.0.0.",
            last, ",destination_port=80}");
        if (page[series]) absl::StrAppend(&shown, last);
      }
    }
    return shown;
  };
  EXPECT_EQ(exported(1), "2");
  EXPECT_EQ(exported(3), "256");
  EXPECT_EQ(exported(4), "1256");
  EXPECT_EQ(exported(5), "12456");
  EXPECT_EQ(exported(6), "123456");
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
  EXPECT_EQ(page["ephemeral_ports{netns=other}"], 9);
  EXPECT_EQ(page["ephemeral_ports_reserved{netns=other}"], std::nullopt);
  EXPECT_EQ(page["bind_ports_free{netns=other,source_address=any}"], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
