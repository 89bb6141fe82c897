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

TEST(IdleWithoutKeepaliveTest, RaisedByMoreThanHalfOfManyConnections) {
  EXPECT_THAT(Check("idle_without_keepalive", WithSockets({90, 101, 10})),
              Raised("101 of 201 connections (50 %) are idle without keepalive: nobody notices "
                     "when their peer is gone."));
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
