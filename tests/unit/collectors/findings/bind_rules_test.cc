#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

// 100 ports are usable.
NamespaceSnapshot WithFree(uint32_t free, const std::vector<uint32_t>& used_by_destinations = {}) {
  NamespaceSnapshot ns = MakeHealthy();
  PortsReport& report = *ns.reports.Get<PortsReport>();
  report.capacity.usable = 100;
  report.bind_sources = {{Ip("10.0.0.1"), free}};
  report.bind_free_any = free;
  for (const uint32_t used : used_by_destinations) AddDestination(report, "10.0.0.2", used);
  return ns;
}

TEST(BindPoolNearlyEmptyTest, RaisedBelowATwentieth) {
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(4)),
              Raised("bind() to 10.0.0.1 and port 0 has 4 of 100 ports left, over all destinations "
                     "together."));
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(0)),
              Raised(HasSubstr("together: it fails with EADDRINUSE.")));
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(5)), Fine());
}

TEST(BindPoolNearlyEmptyTest, RaisedForAnyAddressWhereNoOtherIsHeld) {
  NamespaceSnapshot ns = WithFree(0);
  ns.reports.Get<PortsReport>()->bind_sources->clear();
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), Raised(HasSubstr("bind() to any address")));
}

TEST(BindPoolNearlyEmptyTest, RaisedForAnyAddressWhereEachSourceHasEnough) {
  NamespaceSnapshot ns = WithFree(50);
  ns.reports.Get<PortsReport>()->bind_free_any = 4;
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), Raised(HasSubstr("bind() to any address")));
  ns.reports.Get<PortsReport>()->bind_sources->front().free = 5;
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns),
              Raised(HasSubstr("bind() to any address and port 0 has 4 of 100")));
}

TEST(BindPoolNearlyEmptyTest, RaisedBesideADestinationOfBoundSockets) {
  NamespaceSnapshot ns = WithFree(0, {100});
  ns.reports.Get<PortsReport>()->destinations[0].on_blocked = 100;
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), Raised(HasSubstr("EADDRINUSE")));
}

TEST(BindPoolNearlyEmptyTest, RaisedBesideADestinationThatIsHalfFull) {
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(0, {50})), Raised(HasSubstr("EADDRINUSE")));
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(0, {60, 70})),
              Raised(HasSubstr("EADDRINUSE")));
}

TEST(BindPoolNearlyEmptyTest, ClearedWhereConnectionsAloneCanHaveTakenThePorts) {
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(0, {95})), Fine());
  EXPECT_THAT(Check("bind_pool_nearly_empty", WithFree(0, {75, 70})), Fine());
}

TEST(BindPoolNearlyEmptyTest, RaisedWhereBoundSocketsHoldATwentiethWhoeverHasTheOthers) {
  NamespaceSnapshot ns = WithFree(0, {100});
  ns.reports.Get<PortsReport>()->blocked = {0, 5, 0};
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), Raised(HasSubstr("EADDRINUSE")));
  ns.reports.Get<PortsReport>()->blocked = {0, 4, 0};
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), Fine());
}

TEST(BindPoolNearlyEmptyTest, NotCheckableWhereBoundSocketsAreNotSeen) {
  NamespaceSnapshot ns = WithFree(0);
  ns.reports.Get<PortsReport>()->bind_sources.reset();
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), NotCheckable());
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), NotCheckable());
}

TEST(BindPoolNearlyEmptyTest, ClearedWhereNoPortIsUsable) {
  NamespaceSnapshot ns = WithFree(0);
  ns.reports.Get<PortsReport>()->capacity.usable = 0;
  EXPECT_THAT(Check("bind_pool_nearly_empty", ns), Fine());
}

}  // namespace
}  // namespace tcp_lifecycle
