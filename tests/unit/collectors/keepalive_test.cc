#include "collectors/keepalive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/reports/keepalive_report.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

Page PageOf(const Snapshot& snapshot) { return Page(KeepaliveCollector(), snapshot); }

Socket WithTimer(TcpState state, Timer timer, uint32_t remaining_ms = 0, uint8_t retransmits = 0) {
  Socket socket = MakeSocket(state, "10.0.0.1", 40001, "10.0.0.2", 443);
  socket.timer = timer;
  socket.remaining_ms = remaining_ms;
  socket.retransmits = retransmits;
  return socket;
}

Page PageWith(const std::vector<Listener>& listeners, const std::vector<Socket>& sockets) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(KeepaliveCollector(), snapshot, listeners, sockets);
  return PageOf(snapshot);
}

TEST(KeepaliveTest, EveryLabelValueIsThereWithoutSockets) {
  const Page page = PageWith({}, {});
  EXPECT_TRUE(page.status().ok()) << page.status();
  for (const char* timer :
       {"none", "retransmit", "keepalive", "fin_wait2", "time_wait", "zero_window"}) {
    EXPECT_EQ(page[absl::StrCat("timer_sockets{timer=", timer, "}")], 0) << timer;
  }
  for (const char* keepalive : {"on", "off", "unknown"}) {
    EXPECT_EQ(page[absl::StrCat("keepalive_sockets{keepalive=", keepalive, "}")], 0) << keepalive;
  }
  for (const char* bound : {"1", "15", "60", "300", "600", "1800", "3600", "7200", "+Inf"}) {
    EXPECT_EQ(page[absl::StrCat("keepalive_remaining_seconds_bucket{le=", bound, "}")], 0) << bound;
  }
  for (const char* probes : {"1", "2", "3+"}) {
    EXPECT_EQ(page[absl::StrCat("keepalive_unanswered_sockets{probes=", probes, "}")], 0) << probes;
  }
}

TEST(KeepaliveTest, TimersAreCountedOverAllRowsOfSsButBoundInactive) {
  const Page page = PageWith({MakeListener("0.0.0.0", 80)},
                             {WithTimer(TcpState::kEstablished, Timer::kNone),
                              WithTimer(TcpState::kTimeWait, Timer::kTimeWait),
                              WithTimer(TcpState::kFinWait2, Timer::kFinWait2),
                              WithTimer(TcpState::kSynSent, Timer::kRetransmit),
                              WithTimer(TcpState::kEstablished, Timer::kZeroWindow),
                              WithTimer(TcpState::kBoundInactive, Timer::kNone)});
  EXPECT_EQ(page["timer_sockets{timer=none}"], 2);
  EXPECT_EQ(page["timer_sockets{timer=retransmit}"], 1);
  EXPECT_EQ(page["timer_sockets{timer=keepalive}"], 0);
  EXPECT_EQ(page["timer_sockets{timer=fin_wait2}"], 1);
  EXPECT_EQ(page["timer_sockets{timer=time_wait}"], 1);
  EXPECT_EQ(page["timer_sockets{timer=zero_window}"], 1);
}

TEST(KeepaliveTest, AnIdleClientWithoutSoKeepaliveIsOff) {
  const Page page = PageWith({}, {WithTimer(TcpState::kEstablished, Timer::kNone)});
  EXPECT_EQ(page["keepalive_sockets{keepalive=off}"], 1);
  EXPECT_EQ(page["keepalive_sockets{keepalive=on}"], 0);
}

TEST(KeepaliveTest, AnotherTimerHidesSoKeepalive) {
  const Page page = PageWith({}, {WithTimer(TcpState::kEstablished, Timer::kRetransmit),
                                  WithTimer(TcpState::kCloseWait, Timer::kZeroWindow)});
  EXPECT_EQ(page["keepalive_sockets{keepalive=unknown}"], 2);
}

TEST(KeepaliveTest, ASourceThatSeesTheOptionItselfLeavesNothingUnknown) {
  Socket on = WithTimer(TcpState::kEstablished, Timer::kRetransmit);
  on.flags = kKeepaliveOn;
  Socket off = WithTimer(TcpState::kCloseWait, Timer::kZeroWindow);
  off.flags = kKeepaliveOff;
  const Page page = PageWith({}, {on, off});
  EXPECT_EQ(page["keepalive_sockets{keepalive=on}"], 1);
  EXPECT_EQ(page["keepalive_sockets{keepalive=off}"], 1);
  EXPECT_EQ(page["keepalive_sockets{keepalive=unknown}"], 0);
}

TEST(KeepaliveTest, OnlyEstablishedAndCloseWaitHaveKeepalive) {
  const Page page = PageWith({MakeListener("0.0.0.0", 80)},
                             {WithTimer(TcpState::kEstablished, Timer::kKeepalive, 1000),
                              WithTimer(TcpState::kCloseWait, Timer::kKeepalive, 1000),
                              WithTimer(TcpState::kFinWait2, Timer::kKeepalive, 1000, 2),
                              WithTimer(TcpState::kSynSent, Timer::kRetransmit, 1000),
                              WithTimer(TcpState::kTimeWait, Timer::kTimeWait, 1000)});
  EXPECT_EQ(page["keepalive_sockets{keepalive=on}"], 2);
  EXPECT_EQ(page["keepalive_sockets{keepalive=off}"], 0);
  EXPECT_EQ(page["keepalive_sockets{keepalive=unknown}"], 0);
  EXPECT_EQ(page["keepalive_remaining_seconds_count"], 2);
  EXPECT_EQ(page["keepalive_unanswered_sockets{probes=2}"], 0);
}

TEST(KeepaliveTest, TheHistogramTellsTheTimeToTheNextProbe) {
  const Page page = PageWith({}, {WithTimer(TcpState::kEstablished, Timer::kKeepalive, 300'000),
                                  WithTimer(TcpState::kEstablished, Timer::kKeepalive, 7'200'001),
                                  WithTimer(TcpState::kEstablished, Timer::kRetransmit, 200)});
  EXPECT_EQ(page["keepalive_remaining_seconds_bucket{le=60}"], 0);
  EXPECT_EQ(page["keepalive_remaining_seconds_bucket{le=300}"], 1);
  EXPECT_EQ(page["keepalive_remaining_seconds_bucket{le=7200}"], 1);
  EXPECT_EQ(page["keepalive_remaining_seconds_bucket{le=+Inf}"], 2);
  EXPECT_EQ(page["keepalive_remaining_seconds_sum"], 7500.001);
}

TEST(KeepaliveTest, UnansweredProbesAreCountedFromThreeOnTogether) {
  std::vector<Socket> sockets;
  for (int retransmits : {0, 1, 1, 2, 3, 4, 255}) {
    sockets.push_back(WithTimer(TcpState::kEstablished, Timer::kKeepalive, 1000,
                                static_cast<uint8_t>(retransmits)));
  }
  const Page page = PageWith({}, sockets);
  EXPECT_EQ(page["keepalive_unanswered_sockets{probes=1}"], 2);
  EXPECT_EQ(page["keepalive_unanswered_sockets{probes=2}"], 1);
  EXPECT_EQ(page["keepalive_unanswered_sockets{probes=3+}"], 3);
}

TEST(KeepaliveTest, RetransmissionsAreNoUnansweredProbes) {
  const Page page = PageWith({}, {WithTimer(TcpState::kEstablished, Timer::kRetransmit, 200, 2)});
  EXPECT_EQ(page["keepalive_unanswered_sockets{probes=2}"], 0);
}

TEST(KeepaliveTest, TheReportHasTheConnectionWithMostProbesUnanswered) {
  const auto silent = [](const char* remote, uint8_t probes) {
    Socket socket = MakeSocket(TcpState::kEstablished, "10.0.0.1", 40000, remote, 6379);
    socket.timer = Timer::kKeepalive;
    socket.retransmits = probes;
    return socket;
  };
  const auto longest = [](const std::vector<Socket>& sockets) {
    Snapshot snapshot = MakeSnapshot();
    RunPass(KeepaliveCollector(), snapshot, {}, sockets);
    return snapshot.namespaces[0].reports.Get<KeepaliveReport>()->most_unanswered;
  };
  EXPECT_EQ(longest({silent("10.0.0.2", 0)}), std::nullopt);
  const Socket first = silent("10.0.0.2", 3), equal = silent("10.0.0.3", 3);
  for (const std::vector<Socket>& sockets :
       {std::vector{first, equal, silent("10.0.0.1", 2)}, {silent("10.0.0.1", 2), equal, first}}) {
    const std::optional<SilentPeer> found = longest(sockets);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(ToString(found->remote_address), "10.0.0.2");
    EXPECT_EQ(ToString(found->local_address), "10.0.0.1");
    EXPECT_EQ(found->remote_port, 6379);
    EXPECT_EQ(found->local_port, 40000);
    EXPECT_EQ(found->probes, 3u);
  }
}

TEST(KeepaliveTest, AFailedStreamLeavesTheCounterAndItsError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].stream = absl::DeadlineExceededError("cut");
  RunPass(KeepaliveCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::DeadlineExceededError("cut"));
  EXPECT_THAT(page.families(), ElementsAre("keepalive_probes_sent_total"));
  EXPECT_EQ(page["keepalive_probes_sent_total"],
            1000 + static_cast<int>(TcpCounter::kKeepAliveProbes));
}

TEST(KeepaliveTest, FailedFactsLeaveTheCounts) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  RunPass(KeepaliveCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("counters"));
  EXPECT_THAT(page.families(),
              ElementsAre("timer_sockets", "keepalive_sockets", "keepalive_remaining_seconds",
                          "keepalive_unanswered_sockets"));
}

TEST(KeepaliveTest, OtherNamespacesAreNotCounted) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  Socket socket = WithTimer(TcpState::kEstablished, Timer::kNone);
  socket.namespace_index = 1;
  RunPass(KeepaliveCollector(), snapshot, {}, {socket});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["keepalive_sockets{keepalive=off}"], 0);
  EXPECT_EQ(page["keepalive_sockets{netns=other,keepalive=off}"], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
