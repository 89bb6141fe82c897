#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

NamespaceSnapshot WithKeepaliveTime(int64_t seconds) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sysctls[Sysctl::kKeepaliveTime] = seconds;
  return ns;
}

// In the order on, off, unknown.
NamespaceSnapshot WithSockets(const std::array<uint64_t, kKeepaliveCount>& sockets) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Get<KeepaliveReport>()->established = sockets;
  return ns;
}

TEST(KeepaliveTimeTooLongTest, RaisedByTheKernelsDefault) {
  EXPECT_THAT(Check("keepalive_time_too_long", WithKeepaliveTime(7200)),
              Raised("tcp_keepalive_time is 7200 s, and after 240 s of silence NAT gateways and "
                     "load balancers forget a connection."));
}

TEST(KeepaliveTimeTooLongTest, RaisedByTheTimeOutThatIsSet) {
  FindingSettings settings;
  settings.idle_timeout_seconds = 60;
  EXPECT_THAT(Check("keepalive_time_too_long", WithKeepaliveTime(61), settings),
              Raised(HasSubstr("after 60 s")));
}

TEST(KeepaliveTimeTooLongTest, ClearedByAShorterTime) {
  EXPECT_THAT(Check("keepalive_time_too_long", WithKeepaliveTime(240)), Fine());
}

TEST(KeepaliveTimeTooLongTest, NotCheckableWithoutATimeOutOrTheFile) {
  FindingSettings settings;
  settings.idle_timeout_seconds = 0;
  EXPECT_THAT(Check("keepalive_time_too_long", WithKeepaliveTime(7200), settings), NotCheckable());
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sysctls[Sysctl::kKeepaliveTime] = absl::NotFoundError("absent");
  EXPECT_THAT(Check("keepalive_time_too_long", ns), NotCheckable());
}

// `probed` connections with keepalive, and how many of them left 1, 2, and 3 or more unanswered.
NamespaceSnapshot WithUnanswered(uint64_t probed, const std::array<uint64_t, 3>& unanswered) {
  NamespaceSnapshot ns = MakeHealthy();
  KeepaliveReport& report = *ns.reports.Get<KeepaliveReport>();
  report.sockets[static_cast<size_t>(Keepalive::kOn)] = probed;
  report.unanswered = unanswered;
  return ns;
}

TEST(PeersNotAnsweringTest, RaisedWithTheOneThatHasMostProbesUnanswered) {
  NamespaceSnapshot ns = WithUnanswered(40, {5, 1, 2});
  ns.reports.Get<KeepaliveReport>()->sockets[static_cast<size_t>(Keepalive::kUnknown)] = 10;
  ns.reports.Get<KeepaliveReport>()->sockets[static_cast<size_t>(Keepalive::kOff)] = 900;
  ns.reports.Get<KeepaliveReport>()->most_unanswered = {Ip("10.0.0.1"), Ip("2001:db8::2"), 40000,
                                                        6379, 7};
  EXPECT_THAT(
      Check("peers_not_answering", ns),
      Raised("The peers of 3 of at most 50 connections with keepalive have left two or more probes "
             "unanswered: the peers, or the network path to them, are down. Most unanswered: 7 "
             "probes, 10.0.0.1:40000 <-> [2001:db8::2]:6379."));
}

TEST(PeersNotAnsweringTest, ClearedByFewAndByAFewOfMany) {
  EXPECT_THAT(Check("peers_not_answering", WithUnanswered(40, {9, 2, 0})), Fine());
  EXPECT_THAT(Check("peers_not_answering", WithUnanswered(101, {9, 2, 3})), Fine());
  EXPECT_THAT(Check("peers_not_answering", WithUnanswered(100, {9, 2, 3})), Raised(HasSubstr("")));
}

TEST(PeersNotAnsweringTest, NotCheckableWithoutTheKeepaliveCollector) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<KeepaliveReport>();
  EXPECT_THAT(Check("peers_not_answering", ns), NotCheckable());
}

TEST(IdleWithoutKeepaliveTest, RaisedByMoreThanHalfOfManyConnections) {
  EXPECT_THAT(Check("idle_without_keepalive", WithSockets({90, 101, 10})),
              Raised("101 of 201 connections (50 %) are idle without keepalive: nobody notices "
                     "when their peer is gone."));
  EXPECT_THAT(Check("idle_without_keepalive", WithSockets({0, 100, 0})),
              Raised(HasSubstr("100 of 100 connections (100 %)")));
}

TEST(IdleWithoutKeepaliveTest, ClearedByHalfAndByFew) {
  EXPECT_THAT(Check("idle_without_keepalive", WithSockets({90, 100, 10})), Fine());
  EXPECT_THAT(Check("idle_without_keepalive", WithSockets({0, 99, 0})), Fine());
}

TEST(IdleWithoutKeepaliveTest, ClearedWhereTheOthersHaveSeenTheirPeersEnd) {
  NamespaceSnapshot ns = WithSockets({90, 60, 0});
  ns.reports.Get<KeepaliveReport>()->sockets = {90, 700, 0};  // CLOSE_WAIT among them
  EXPECT_THAT(Check("idle_without_keepalive", ns), Fine());
}

TEST(IdleWithoutKeepaliveTest, NotCheckableWithoutTheKeepaliveCollector) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<KeepaliveReport>();
  EXPECT_THAT(Check("idle_without_keepalive", ns), NotCheckable());
}

}  // namespace
}  // namespace tcp_lifecycle
