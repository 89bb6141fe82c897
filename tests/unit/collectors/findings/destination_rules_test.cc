#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

NamespaceSnapshot WithUsed(uint32_t used) {
  NamespaceSnapshot ns = MakeHealthy();
  AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", used);
  return ns;
}

DestinationReport& First(NamespaceSnapshot& ns) {
  return ns.reports.Get<PortsReport>()->destinations[0];
}

TEST(DestinationExhaustedTest, RaisedWhereNoConnectionIsPossible) {
  NamespaceSnapshot ns = WithUsed(28232);
  First(ns).time_wait = 20000;
  EXPECT_THAT(Check("destination_exhausted", ns),
              Raised("10.0.0.1 -> 10.0.0.2:80 holds all 28232 open ports, 20000 in TIME_WAIT: "
                     "connect() fails with EADDRNOTAVAIL."));
  First(ns).seconds_to_free_port = 12.34;
  AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.3", 28232);
  EXPECT_THAT(
      Check("destination_exhausted", ns),
      Raised("10.0.0.1 -> 10.0.0.2:80 holds all 28232 open ports, 20000 in TIME_WAIT: "
             "connect() fails with EADDRNOTAVAIL; the next port comes free in 12.3 s at the "
             "earliest. Likewise at least 1 other destination."));
}

TEST(NoPortOpenTest, RaisedWithWhatBlocksThem) {
  NamespaceSnapshot ns = MakeHealthy();
  PortsReport& report = *ns.reports.Get<PortsReport>();
  report.capacity.blocked = 28232;
  AddDestination(report, "10.0.0.2", 1);
  report.blocked = {3, 28000, 229};
  EXPECT_THAT(Check("no_port_open", ns),
              Raised("None of the 28232 usable ports of 32768-60999 is open: connect() fails with "
                     "EADDRNOTAVAIL, whatever the destination. Listeners hold 3, bound sockets "
                     "28000, accepted connections 229."));
  EXPECT_THAT(Check("destination_exhausted", ns), Fine()) << "one cause, one finding";
  report.blocked[1] = std::nullopt;
  EXPECT_THAT(Check("no_port_open", ns), Raised(::testing::HasSubstr("bound sockets unknown")));
  report.capacity = {};
  EXPECT_THAT(Check("no_port_open", ns),
              Raised("All ports of 32768-60999 are reserved: connect() fails with EADDRNOTAVAIL, "
                     "whatever the destination."));
}

TEST(NoPortOpenTest, ClearedByOnePort) {
  NamespaceSnapshot ns = WithUsed(0);
  ns.reports.Get<PortsReport>()->capacity.blocked = 28231;
  EXPECT_THAT(Check("no_port_open", ns), Fine());
}

TEST(NoPortOpenTest, NotCheckableWhereTheSourceDoesNotKnowBoundSockets) {
  NamespaceSnapshot ns = WithUsed(0);
  PortsReport& report = *ns.reports.Get<PortsReport>();
  report.knows_bound = false;
  EXPECT_THAT(Check("no_port_open", ns), NotCheckable());
  report.capacity.blocked = 28232;
  EXPECT_THAT(Check("no_port_open", ns), Raised(::testing::HasSubstr("None of the 28232")));
}

TEST(NoPortOpenTest, NotCheckableWithoutTheRange) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Get<PortsReport>()->capacity.blocked = 28232;
  ns.facts.ephemeral_ports = absl::NotFoundError("absent");
  EXPECT_THAT(Check("no_port_open", ns), NotCheckable());
}

TEST(DestinationExhaustedTest, ClearedByOnePort) {
  EXPECT_THAT(Check("destination_exhausted", WithUsed(28231)), Fine());
}

TEST(DestinationExhaustedTest, NotCheckableWithoutThePortsCollector) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Remove<PortsReport>();
  for (const char* rule : {"no_port_open", "destination_exhausted", "destination_nearly_full",
                           "destination_half_full", "heading_for_exhaustion"}) {
    EXPECT_THAT(Check(rule, ns), NotCheckable()) << rule;
  }
  ns.reports.Set<PortsReport>(absl::UnavailableError("stream"));
  EXPECT_THAT(Check("destination_exhausted", ns), Failed("stream"));
}

TEST(DestinationNearlyFullTest, RaisedFromEightyPercent) {
  NamespaceSnapshot ns = WithUsed(22586);
  First(ns).time_wait = 20000;
  EXPECT_THAT(Check("destination_nearly_full", ns),
              Raised("10.0.0.1 -> 10.0.0.2:80 has taken 22586 of 28232 open ports (80 %), 5646 are "
                     "left at most; 20000 sockets are in TIME_WAIT."));
  EXPECT_THAT(Check("destination_nearly_full", WithUsed(28231)),
              Raised(::testing::HasSubstr("(99 %)")));
}

TEST(DestinationNearlyFullTest, ClearedBelowAndWhereItIsExhausted) {
  EXPECT_THAT(Check("destination_nearly_full", WithUsed(22585)), Fine());
  EXPECT_THAT(Check("destination_nearly_full", WithUsed(28232)), Fine());
}

TEST(DestinationNearlyFullTest, RaisedFromEightyPercentOnWhereHalfFullIsNotAnyMore) {
  NamespaceSnapshot ns = MakeHealthy();
  PortsReport& report = *ns.reports.Get<PortsReport>();
  report.capacity.usable = 100;
  AddDestination(report, "10.0.0.2", 80);
  EXPECT_THAT(Check("destination_nearly_full", ns), Raised(::testing::HasSubstr("80 of 100")));
  EXPECT_THAT(Check("destination_half_full", ns), Fine());
}

TEST(DestinationHalfFullTest, RaisedFromHalf) {
  EXPECT_THAT(
      Check("destination_half_full", WithUsed(14116)),
      Raised("10.0.0.1 -> 10.0.0.2:80 has taken 14116 of 28232 open ports (50 %): connect() "
             "searches both halves of the range, and takes 4 times as long or more."));
}

TEST(DestinationHalfFullTest, ClearedBelowAndWhereItIsNearlyFull) {
  EXPECT_THAT(Check("destination_half_full", WithUsed(14115)), Fine());
  EXPECT_THAT(Check("destination_half_full", WithUsed(22586)), Fine());
}

TEST(HeadingForExhaustionTest, RaisedByTheDestinationThatIsThereFirst) {
  NamespaceSnapshot ns = WithUsed(20000);
  First(ns).seconds_to_exhaustion = 40;
  DestinationReport& sooner = AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.3", 10000);
  sooner.seconds_to_exhaustion = 23;
  sooner.connections_per_second = 800.2;
  EXPECT_THAT(Check("heading_for_exhaustion", ns),
              Raised("10.0.0.1 -> 10.0.0.3:80 runs out of ports in 23 s if it goes on: 10000 of "
                     "28232 open ports are taken, and 800.2 connections/s go to TIME_WAIT. "
                     "Likewise at least 1 other destination."));
}

TEST(HeadingForExhaustionTest, ClearedWhereItIsThereAndWhereItNeverWillBe) {
  NamespaceSnapshot ns = WithUsed(28232);
  First(ns).seconds_to_exhaustion = 0;
  EXPECT_THAT(Check("heading_for_exhaustion", ns), Fine());
  First(ns).seconds_to_exhaustion.reset();
  EXPECT_THAT(Check("heading_for_exhaustion", ns), Fine());
}

TEST(HeadingForExhaustionTest, NotCheckableWhereReuseIsUnknown) {
  NamespaceSnapshot ns = WithUsed(20000);
  ns.facts.sysctls[Sysctl::kTwReuse] = absl::NotFoundError("hidden");
  EXPECT_THAT(Check("heading_for_exhaustion", ns), NotCheckable());
}

}  // namespace
}  // namespace tcp_lifecycle
