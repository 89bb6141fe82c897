#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

NamespaceSnapshot WithRange(uint16_t min, uint16_t max,
                            const std::vector<uint16_t>& reserved = {}) {
  NamespaceSnapshot ns = MakeHealthy();
  EphemeralPorts ports = {{min, max}, {}};
  for (const uint16_t port : reserved) ports.reserved[port] = true;
  ns.facts.ephemeral_ports = ports;
  return ns;
}

NamespaceSnapshot Needing(double ports, double hold_seconds) {
  NamespaceSnapshot ns = MakeHealthy();
  DestinationReport& report = AddDestination(*ns.reports.Get<PortsReport>(), "10.0.0.2", 1);
  report.ports_needed = ports;
  report.hold_seconds = hold_seconds;
  report.ports_open = 28232;
  return ns;
}

TEST(PortRangeTooSmallTest, RaisedWhereALastingRateNeedsMorePortsThanAreOpen) {
  EXPECT_THAT(
      Check("port_range_too_small", Needing(28236, 60)),
      Raised("10.0.0.1 -> 10.0.0.2:80 sends 470.6 connections/s to TIME_WAIT, which hold 28236 "
             "ports at 60 s each; with 28232 open ports 470.5 connections/s "
             "are possible."));
  EXPECT_THAT(Check("port_range_too_small", Needing(30000, 1)), Raised(HasSubstr("at 1 s each")));
}

TEST(PortRangeTooSmallTest, ClearedWhereNoRateNeedsMoreThanThereAre) {
  EXPECT_THAT(Check("port_range_too_small", Needing(0, 60)), Fine());
}

TEST(PortRangeTooSmallTest, NotCheckableWithoutTheReportOrTheSettings) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sysctls[Sysctl::kTimestamps] = absl::NotFoundError("hidden");
  EXPECT_THAT(Check("port_range_too_small", ns), NotCheckable());
  ns = MakeHealthy();
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("port_range_too_small", ns), NotCheckable());
}

OwnRangeReport OwnRange(uint32_t open, uint32_t used, const std::string& address = "10.0.0.2") {
  return {Ip("10.0.0.1"), Ip(address), 443, {40000, 40009}, open, used};
}

Verdict CheckOwnRanges(const std::vector<OwnRangeReport>& ranges) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Get<PortsReport>()->own_ranges = ranges;
  return Check("own_port_range_full", ns);
}

TEST(OwnPortRangeFullTest, RaisedFromFourFifthsOfTheOpenPortsOn) {
  EXPECT_THAT(CheckOwnRanges({OwnRange(10, 8)}),
              Raised("10.0.0.1 -> 10.0.0.2:443 holds 8 of 10 open ports of 40000-40009, its "
                     "sockets' own range (IP_LOCAL_PORT_RANGE), TIME_WAIT not counted: without a "
                     "free one there connect() fails with EADDRNOTAVAIL."));
  EXPECT_THAT(CheckOwnRanges({OwnRange(0, 0)}), Raised(HasSubstr("holds 0 of 0 open ports")));
}

TEST(OwnPortRangeFullTest, RaisedForTheFullestWithTheOthersCounted) {
  const std::string longest = "2001:db8:1234:5678:9abc:def0:1234:5678";
  OwnRangeReport worst = OwnRange(28232, 28231, longest);
  worst.source = Ip(longest);
  EXPECT_THAT(CheckOwnRanges({worst, OwnRange(10, 9), OwnRange(10, 8), OwnRange(10, 7)}),
              Raised(HasSubstr("Likewise at least 2 other ranges.")));
  EXPECT_THAT(CheckOwnRanges({OwnRange(10, 9), OwnRange(10, 8)}),
              Raised(HasSubstr("Likewise at least 1 other range.")));
}

TEST(OwnPortRangeFullTest, ClearedBelow) {
  EXPECT_THAT(CheckOwnRanges({OwnRange(10, 7)}), Fine());
  EXPECT_THAT(CheckOwnRanges({}), Fine());
}

TEST(OwnPortRangeFullTest, NotCheckableWhereTheSourceDoesNotReadRanges) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.reports.Get<PortsReport>()->own_ranges.reset();
  EXPECT_THAT(Check("own_port_range_full", ns), NotCheckable());
  ns.reports.Remove<PortsReport>();
  EXPECT_THAT(Check("own_port_range_full", ns), NotCheckable());
}

TEST(PortRangeOddTest, RaisedByAnOddNumberOfPorts) {
  EXPECT_THAT(Check("port_range_odd", WithRange(32768, 61000)),
              Raised("ip_local_port_range 32768-61000 has 28233 ports, an odd number: connect() "
                     "may miss the last free one."));
}

TEST(PortRangeOddTest, ClearedByAnEvenOneAndByASinglePort) {
  EXPECT_THAT(Check("port_range_odd", WithRange(32768, 60999)), Fine());
  EXPECT_THAT(Check("port_range_odd", WithRange(40000, 40000)), Fine());
}

TEST(PortRangeSingleParityTest, RaisedWhereTheOtherParityIsReserved) {
  EXPECT_THAT(Check("port_range_single_parity", WithRange(40000, 40005, {40000, 40002, 40004})),
              Raised(HasSubstr("All 3 usable ports of 40000-40005 are odd")));
  EXPECT_THAT(Check("port_range_single_parity", WithRange(40000, 40002, {40001})),
              Raised(HasSubstr("All 2 usable ports of 40000-40002 are even")));
}

TEST(PortRangeSingleParityTest, RaisedByASinglePort) {
  EXPECT_THAT(Check("port_range_single_parity", WithRange(40000, 40000)),
              Raised(HasSubstr("Port 40000 is the only usable one of 40000-40000")));
  EXPECT_THAT(Check("port_range_single_parity", WithRange(40000, 40001, {40000})),
              Raised(HasSubstr("Port 40001 is the only usable one")));
}

TEST(PortRangeSingleParityTest, ClearedByBothAndWithoutAUsablePort) {
  EXPECT_THAT(Check("port_range_single_parity", WithRange(40000, 40001)), Fine());
  EXPECT_THAT(Check("port_range_single_parity", WithRange(40000, 40001, {40000, 40001})), Fine());
}

TEST(ReservedPortsEatRangeTest, RaisedFromAFifth) {
  EXPECT_THAT(Check("reserved_ports_eat_range", WithRange(40000, 40009, {40000, 40009})),
              Raised("ip_local_reserved_ports takes 2 of 10 ports (20 %) out of 40000-40009."));
}

TEST(ReservedPortsEatRangeTest, ClearedByLessAndByReservationsOutside) {
  EXPECT_THAT(Check("reserved_ports_eat_range", WithRange(40000, 40009, {40000})), Fine());
  EXPECT_THAT(
      Check("reserved_ports_eat_range", WithRange(40000, 40009, {1, 39999, 40000, 40010, 65535})),
      Fine());
  EXPECT_THAT(Check("reserved_ports_eat_range", WithRange(1, 65535, {65535})), Fine());
}

TEST(ReservedPortsEatRangeTest, NotCheckableWithoutTheRange) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.ephemeral_ports = absl::NotFoundError("absent");
  for (const char* rule :
       {"port_range_odd", "port_range_single_parity", "reserved_ports_eat_range"}) {
    EXPECT_THAT(Check(rule, ns), NotCheckable()) << rule;
  }
}

FindingSettings WithServicePorts(absl::string_view ports) {
  FindingSettings settings;
  settings.service_ports = ParsePortSet(ports).value();
  return settings;
}

TEST(ServicePortsInRangeTest, RaisedByThoseThatConnectMayTake) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.ephemeral_ports = EphemeralPorts{{10240, 60999}, {}};
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("30000-32767")),
              Raised("2768 service ports (--collector.findings.service-ports) in 10240-60999 are "
                     "not reserved: an outgoing connection may take one and collide with its "
                     "service. To add to net.ipv4.ip_local_reserved_ports: 30000-32767."));
  for (uint32_t port = 30001; port <= 32767; ++port) ns.facts.ephemeral_ports->reserved.set(port);
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("30000-32767,8443")),
              Raised(AllOf(HasSubstr("1 service port ("), HasSubstr("reserved_ports: 30000."))));
}

TEST(ServicePortsInRangeTest, RaisedAtEachEndOfTheRange) {
  const NamespaceSnapshot ns = MakeHealthy();
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("1-32768,60999-65535")),
              Raised(HasSubstr("reserved_ports: 32768,60999.")));
}

TEST(ServicePortsInRangeTest, ClearedOutsideTheRangeOrReserved) {
  NamespaceSnapshot ns = MakeHealthy();
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("30000-32767")), Fine());
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("61000-65535")), Fine());
  ns.facts.ephemeral_ports->reserved.set(40000);
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("40000")), Fine());
}

TEST(ServicePortsInRangeTest, NotCheckableWithoutServicePortsOrTheRange) {
  NamespaceSnapshot ns = MakeHealthy();
  EXPECT_THAT(Check("service_ports_in_range", ns), NotCheckable());
  ns.facts.ephemeral_ports = absl::UnavailableError("range");
  EXPECT_THAT(Check("service_ports_in_range", ns, WithServicePorts("80")), Failed("range"));
}

}  // namespace
}  // namespace tcp_lifecycle
