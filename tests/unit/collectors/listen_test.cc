#include "collectors/listen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "collectors/reports/listen_report.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

Page PageOf(const Snapshot& snapshot) { return Page(ListenCollector(), snapshot); }

Listener WithQueue(const std::string& address, uint16_t port, uint32_t queue) {
  Listener listener = MakeListener(address, port);
  listener.accept_queue = queue;
  listener.backlog = 5;
  listener.drops = 3;
  return listener;
}

Page PageWith(const std::vector<Listener>& listeners, const std::vector<Socket>& sockets = {}) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(ListenCollector(), snapshot, listeners, sockets);
  return PageOf(snapshot);
}

TEST(ListenTest, AQueueHasItsLimitItsRatioAndItsDrops) {
  const Page page = PageWith({WithQueue("10.0.0.1", 80, 6)});
  EXPECT_TRUE(page.status().ok()) << page.status();
  EXPECT_EQ(page["listen_queue_sockets{listen_address=10.0.0.1,listen_port=80}"], 6);
  EXPECT_EQ(page["listen_queue_limit{listen_address=10.0.0.1,listen_port=80}"], 5);
  EXPECT_EQ(page["listen_queue_max_ratio{listen_address=10.0.0.1,listen_port=80}"], 1.2);
  EXPECT_EQ(page["listen_socket_drops{listen_address=10.0.0.1,listen_port=80}"], 3);
}

TEST(ListenTest, ListenersThatShareAddressAndPortAreOneSeries) {
  Listener on_device = WithQueue("::", 80, 1);
  on_device.socket.scope = 2;
  const Page page =
      PageWith({WithQueue("::", 80, 1), WithQueue("::", 80, 4), WithQueue("::", 80, 2), on_device});
  EXPECT_EQ(page["listen_queue_sockets{listen_address=::,listen_port=80}"], 8);
  EXPECT_EQ(page["listen_queue_limit{listen_address=::,listen_port=80}"], 20);
  EXPECT_EQ(page["listen_queue_max_ratio{listen_address=::,listen_port=80}"], 0.8);
  EXPECT_EQ(page["listen_socket_drops{listen_address=::,listen_port=80}"], 12);
}

TEST(ListenTest, WithoutABacklogThereIsNeitherLimitNorRatio) {
  const Page page = PageWith({MakeListener("10.0.0.1", 80)});
  EXPECT_EQ(page["listen_queue_sockets{listen_address=10.0.0.1,listen_port=80}"], 0);
  EXPECT_EQ(std::ranges::count(page.families(), "listen_queue_limit"), 0);
  EXPECT_EQ(std::ranges::count(page.families(), "listen_queue_max_ratio"), 0);
  EXPECT_EQ(std::ranges::count(page.families(), "listen_socket_drops"), 0);
}

TEST(ListenTest, OnlyListenersOnUsablePortsAreInTheEphemeralRange) {
  const Page page = PageWith({WithQueue("::", 40000, 0), WithQueue("::", 40001, 0),
                              WithQueue("::", 40009, 0), WithQueue("::", 40010, 0)});
  const std::string series = "listener_in_ephemeral_range{listen_address=::,listen_port=";
  EXPECT_EQ(page[series + "40000}"], std::nullopt) << "reserved";
  EXPECT_EQ(page[series + "40001}"], 1);
  EXPECT_EQ(page[series + "40009}"], 1);
  EXPECT_EQ(page[series + "40010}"], std::nullopt) << "outside";
}

TEST(ListenTest, TheFiftyFullestAreOnThePageAndTheOthersAreCounted) {
  std::vector<Listener> listeners;
  for (uint16_t port = 1; port <= 60; ++port) listeners.push_back(WithQueue("::", port, port));
  Snapshot snapshot = MakeSnapshot();
  RunPass(ListenCollector(), snapshot, listeners, {});
  const auto* report = snapshot.namespaces[0].reports.Get<ListenReport>();
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->groups.size(), 50);
  EXPECT_EQ(report->omitted_groups, 10);
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["listen_queue_sockets{listen_address=::,listen_port=10}"], std::nullopt);
  EXPECT_EQ(page["listen_queue_sockets{listen_address=::,listen_port=11}"], 11);
  EXPECT_EQ(page["listen_groups_omitted"], 10);
  EXPECT_EQ(PageWith({WithQueue("::", 80, 0)})["listen_groups_omitted"], 0);
}

TEST(ListenTest, UnacceptedAreEstablishedOnesThatNoProgramHolds) {
  Socket accepted = MakeSocket(TcpState::kEstablished, "10.0.0.1", 80, "10.0.0.2", 50000);
  Socket waiting = accepted;
  waiting.flags = kUnaccepted;
  Socket closed = waiting;
  closed.state = TcpState::kCloseWait;
  EXPECT_EQ(PageWith({}, {accepted, waiting, waiting, closed})["unaccepted_sockets"], 2);
  EXPECT_EQ(PageWith({}, {accepted})["unaccepted_sockets"], 0);
}

TEST(ListenTest, AcceptedOnesInCloseWaitAreCountedByPort) {
  const auto in_close_wait = [](uint16_t port, Role role, uint16_t flags = 0) {
    Socket socket = MakeSocket(TcpState::kCloseWait, "10.0.0.1", port, "10.0.0.2", 50000);
    socket.role = role;
    socket.flags = flags;
    return socket;
  };
  Snapshot snapshot = MakeSnapshot();
  RunPass(ListenCollector(), snapshot, {},
          {in_close_wait(80, Role::kInbound), in_close_wait(81, Role::kInbound),
           in_close_wait(81, Role::kInbound), in_close_wait(81, Role::kUnknown),
           in_close_wait(82, Role::kOutbound), in_close_wait(83, Role::kInbound, kUnaccepted)});
  const auto& unclosed = snapshot.namespaces[0].reports.Get<ListenReport>()->unclosed;
  ASSERT_EQ(unclosed.size(), 2);
  EXPECT_EQ(unclosed[0].port, 81);
  EXPECT_EQ(unclosed[0].sockets, 2);
  EXPECT_EQ(unclosed[1].port, 80);
}

TEST(ListenTest, UnacceptedIsAbsentWhereTheSourceCannotTell) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.pass.knows_unaccepted = false;
  RunPass(ListenCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["unaccepted_sockets"], std::nullopt);
}

TEST(ListenTest, AFailedStreamLeavesTheCountersAndItsError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].stream = absl::DeadlineExceededError("cut");
  RunPass(ListenCollector(), snapshot, {WithQueue("::", 80, 1)}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::DeadlineExceededError("cut"));
  EXPECT_THAT(page.families(), ElementsAre("listen_overflows_total", "listen_drops_total"));
  EXPECT_EQ(page["listen_overflows_total"], 1000 + static_cast<int>(TcpCounter::kListenOverflows));
  EXPECT_EQ(page["listen_drops_total"], 1000 + static_cast<int>(TcpCounter::kListenDrops));
}

TEST(ListenTest, WithoutARangeTheQueuesStay) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  RunPass(ListenCollector(), snapshot, {WithQueue("::", 40001, 1)}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("ephemeral_ports"));
  EXPECT_THAT(page.families(),
              ElementsAre("listen_queue_sockets", "listen_queue_limit", "listen_queue_max_ratio",
                          "listen_socket_drops", "listen_groups_omitted", "unaccepted_sockets"));
}

TEST(ListenTest, NamespacesHaveTheirOwnGroups) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  Listener there = WithQueue("::", 80, 2);
  there.socket.namespace_index = 1;
  RunPass(ListenCollector(), snapshot, {WithQueue("::", 80, 1), there}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["listen_queue_sockets{listen_address=::,listen_port=80}"], 1);
  EXPECT_EQ(page["listen_queue_sockets{netns=other,listen_address=::,listen_port=80}"], 2);
}

TEST(ListenTest, TheFullestOfAllNamespacesAreExportedAndTheOthersCounted) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  std::vector<Listener> listeners;
  for (uint16_t port = 1; port <= 30; ++port) {
    for (const uint32_t index : {0u, 1u}) {
      listeners.push_back(WithQueue("::", port, 2 * port + index));
      listeners.back().socket.namespace_index = index;
    }
  }
  RunPass(ListenCollector(), snapshot, listeners, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["listen_groups_omitted"], 10);
  EXPECT_EQ(page["listen_groups_omitted{netns=other}"], std::nullopt);
  EXPECT_EQ(page["listen_queue_sockets{listen_address=::,listen_port=5}"], std::nullopt);
  EXPECT_EQ(page["listen_queue_sockets{listen_address=::,listen_port=6}"], 12);
  EXPECT_EQ(page["listen_queue_sockets{netns=other,listen_address=::,listen_port=5}"],
            std::nullopt);
  EXPECT_EQ(page["listen_queue_sockets{netns=other,listen_address=::,listen_port=6}"], 13);
}

TEST(ListenTest, OfAnotherNamespaceOverflowsAreTheOnlyCounter) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  RunPass(ListenCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_NE(page["listen_overflows_total{netns=other}"], std::nullopt);
  EXPECT_EQ(page["listen_drops_total{netns=other}"], std::nullopt);
  EXPECT_EQ(page["unaccepted_sockets{netns=other}"], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
