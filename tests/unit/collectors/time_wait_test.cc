#include "collectors/time_wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

Page PageOf(const Snapshot& snapshot) { return Page(TimeWaitCollector(), snapshot); }

Socket TimeWait(Role role, uint32_t remaining_ms) {
  Socket socket = MakeSocket(TcpState::kTimeWait, "10.0.0.1", 40001, "10.0.0.2", 443);
  socket.timer = Timer::kTimeWait;
  socket.role = role;
  socket.remaining_ms = remaining_ms;
  return socket;
}

Page PageWith(const std::vector<Socket>& sockets) {
  Snapshot snapshot = MakeSnapshot();
  RunPass(TimeWaitCollector(), snapshot, {}, sockets);
  return PageOf(snapshot);
}

TEST(TimeWaitTest, ItAsksForTheListenersByWhichRolesAreJudged) {
  EXPECT_EQ(TimeWaitCollector().States(), (TcpStateSet{TcpState::kListen, TcpState::kTimeWait}));
}

TEST(TimeWaitTest, EveryRoleAndBucketIsThereWithoutSockets) {
  const Page page = PageWith({});
  EXPECT_TRUE(page.status().ok()) << page.status();
  EXPECT_EQ(page["time_wait_sockets{role=outbound}"], 0);
  EXPECT_EQ(page["time_wait_sockets{role=inbound}"], 0);
  EXPECT_EQ(page["time_wait_sockets{role=unknown}"], 0);
  for (const char* bound : {"1", "5", "10", "20", "30", "40", "50", "60", "+Inf"}) {
    EXPECT_EQ(page[absl::StrCat("time_wait_remaining_seconds_bucket{le=", bound, "}")], 0);
  }
  EXPECT_EQ(page["time_wait_remaining_seconds_count"], 0);
}

TEST(TimeWaitTest, CountsByRole) {
  const Page page = PageWith({TimeWait(Role::kOutbound, 1), TimeWait(Role::kInbound, 1),
                              TimeWait(Role::kInbound, 1), TimeWait(Role::kUnknown, 1)});
  EXPECT_EQ(page["time_wait_sockets{role=outbound}"], 1);
  EXPECT_EQ(page["time_wait_sockets{role=inbound}"], 2);
  EXPECT_EQ(page["time_wait_sockets{role=unknown}"], 1);
}

TEST(TimeWaitTest, AnOrphanInFinWait2IsNotTimeWait) {
  Socket orphan = TimeWait(Role::kOutbound, 1000);
  orphan.state = TcpState::kFinWait2;
  orphan.timer = Timer::kFinWait2;
  const Page page = PageWith({orphan});
  EXPECT_EQ(page["time_wait_sockets{role=outbound}"], 0);
  EXPECT_EQ(page["time_wait_remaining_seconds_count"], 0);
}

TEST(TimeWaitTest, TheHistogramIsOfOutboundOnesOnly) {
  const Page page = PageWith({TimeWait(Role::kOutbound, 5000), TimeWait(Role::kOutbound, 59'999),
                              TimeWait(Role::kInbound, 1), TimeWait(Role::kUnknown, 1)});
  EXPECT_EQ(page["time_wait_remaining_seconds_bucket{le=1}"], 0);
  EXPECT_EQ(page["time_wait_remaining_seconds_bucket{le=5}"], 1);
  EXPECT_EQ(page["time_wait_remaining_seconds_bucket{le=50}"], 1);
  EXPECT_EQ(page["time_wait_remaining_seconds_bucket{le=60}"], 2);
  EXPECT_EQ(page["time_wait_remaining_seconds_count"], 2);
  EXPECT_EQ(page["time_wait_remaining_seconds_sum"], 64.999);
}

TEST(TimeWaitTest, TheKernelsOwnFiguresComeFromFacts) {
  const Page page = PageWith({});
  const TcpCounters counters = MakeSnapshot().namespaces[0].facts.counters;
  EXPECT_EQ(page["time_wait_buckets"], 12);
  EXPECT_EQ(page["time_wait_buckets_limit"], 106);
  EXPECT_EQ(page["time_wait_counted_total"], counters[TcpCounter::kTimeWaitCounted]);
  EXPECT_EQ(page["time_wait_reused_total"], counters[TcpCounter::kTimeWaitReused]);
  EXPECT_EQ(page["time_wait_killed_total"], counters[TcpCounter::kTimeWaitKilled]);
  EXPECT_EQ(page["time_wait_overflow_total"], counters[TcpCounter::kTimeWaitOverflow]);
}

TEST(TimeWaitTest, WhatTheKernelDoesNotTellIsAbsentAndNoError) {
  Snapshot snapshot = MakeSnapshot();
  NamespaceFacts& facts = snapshot.namespaces[0].facts;
  facts.sockstat->time_wait.reset();
  facts.sysctls[Sysctl::kMaxTwBuckets] = absl::NotFoundError("");
  facts.counters[TcpCounter::kTimeWaitKilled].reset();
  RunPass(TimeWaitCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["time_wait_buckets"], std::nullopt);
  EXPECT_EQ(page["time_wait_buckets_limit"], std::nullopt);
  EXPECT_EQ(page["time_wait_killed_total"], std::nullopt);
}

TEST(TimeWaitTest, AFailedStreamLeavesTheFactsAndItsError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].stream = absl::DeadlineExceededError("cut");
  RunPass(TimeWaitCollector(), snapshot, {}, {TimeWait(Role::kOutbound, 1)});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::DeadlineExceededError("cut"));
  EXPECT_THAT(page.families(), ElementsAre("time_wait_buckets", "time_wait_buckets_limit",
                                           "time_wait_counted_total", "time_wait_reused_total",
                                           "time_wait_killed_total", "time_wait_overflow_total"));
}

TEST(TimeWaitTest, FailedFactsLeaveTheCounts) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  RunPass(TimeWaitCollector(), snapshot, {}, {});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("sockstat"));
  EXPECT_THAT(page.families(), ElementsAre("time_wait_sockets", "time_wait_remaining_seconds"));
}

TEST(TimeWaitTest, NamespacesAreCountedApart) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  Socket socket = TimeWait(Role::kOutbound, 1);
  socket.namespace_index = 1;
  RunPass(TimeWaitCollector(), snapshot, {}, {socket});
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["time_wait_sockets{role=outbound}"], 0);
  EXPECT_EQ(page["time_wait_sockets{netns=other,role=outbound}"], 1);
  EXPECT_EQ(page["time_wait_buckets{netns=other}"], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
