#include "exporter/doctor/remedies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> Remedies(const NamespaceSnapshot& ns) {
  return RemediesFor(ForeseenOf(ns).front(), ns);
}

TEST(RemediesTest, WherePortsArePlentyNothingIsToBeDone) {
  EXPECT_THAT(Remedies(NamespaceWith({DestinationOf(4, 4)})), IsEmpty());
}

TEST(RemediesTest, TimeWaitCallsForAPoolFirst) {
  const auto remedies = Remedies(NamespaceWith({DestinationOf(10, 7)}));
  ASSERT_FALSE(remedies.empty());
  EXPECT_THAT(remedies.front(),
              AllOf(StartsWith("Reuse connections"), HasSubstr("holds 7 of 10 ports"),
                    HasSubstr("connection pool"), HasSubstr("upstream keepalive")));
  EXPECT_THAT(remedies, Not(Contains(StartsWith("Open fewer"))));
}

TEST(RemediesTest, LiveConnectionsCallForFewer) {
  const auto remedies = Remedies(NamespaceWith({DestinationOf(10)}));
  EXPECT_THAT(remedies, Contains(StartsWith("Open fewer: 10 ports are held by live connections")));
  EXPECT_THAT(remedies, Not(Contains(StartsWith("Reuse connections"))));
  EXPECT_THAT(remedies, Not(Contains(HasSubstr("tcp_tw_reuse"))));
}

TEST(RemediesTest, AsManyLiveConnectionsAsTimeWaitCallForBoth) {
  EXPECT_THAT(Remedies(NamespaceWith({DestinationOf(10, 5)})),
              AllOf(Contains(StartsWith("Reuse connections")),
                    Contains(StartsWith("Open fewer: 5 ports"))));
}

TEST(RemediesTest, OneLiveConnectionIsOne) {
  DestinationReport report = DestinationOf(1);
  report.headroom = {0, 0};
  NamespaceSnapshot ns = NamespaceWith({report});
  ns.reports.Get<PortsReport>()->capacity.usable = 1;
  EXPECT_THAT(Remedies(ns),
              Contains(StartsWith("Open fewer: 1 port is held by a live connection.")));
}

TEST(RemediesTest, WhereThePortsWereNotReadThereAreNone) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  const DoctorDestination destination = ForeseenOf(ns).front();
  ns.reports.Set<PortsReport>(absl::DataLossError("bad row"));
  EXPECT_THAT(RemediesFor(destination, ns), IsEmpty());
}

TEST(RemediesTest, WhereNoPortIsOpenNothingOfOneDestinationHelps) {
  for (const uint32_t freed_ms : {DestinationUse::kNever, uint32_t{3000}}) {
    NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 4)});
    PortsReport& ports = *ns.reports.Get<PortsReport>();
    ports.blocked = {0, kTestPorts, 0};
    ports.capacity.blocked = kTestPorts;
    ports.capacity.first_bound_free_ms = freed_ms;
    EXPECT_THAT(Remedies(ns),
                ElementsAre(StartsWith("Leave out bind()"), StartsWith("Widen net.ipv4")));
  }
}

TEST(RemediesTest, ReuseIsToBeSetWhereItDoesNotApply) {
  EXPECT_THAT(Remedies(NamespaceWith({DestinationOf(10, 7)})),
              Contains(AllOf(HasSubstr("Set net.ipv4.tcp_tw_reuse=1 (0 now):"),
                             HasSubstr("after 1 s of TIME_WAIT"))));
}

TEST(RemediesTest, ReuseThatAppliesIsNotToBeSet) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 7)});
  ns.facts.sysctls[Sysctl::kTwReuse] = 1;
  EXPECT_THAT(Remedies(ns), Each(Not(HasSubstr("tcp_tw_reuse"))));
}

TEST(RemediesTest, ReuseForLoopbackIsToBeSetForTheOthers) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 7)});
  ns.facts.sysctls[Sysctl::kTwReuse] = 2;
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("tcp_tw_reuse=1 (2 now)")));
  DestinationReport loopback = DestinationOf(10, 7, "127.0.0.1");
  loopback.address = Ip("127.0.0.1");
  ns.reports.Set<PortsReport>(PortsOf({loopback}));
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Set ")))) << "it applies";
}

TEST(RemediesTest, ASettingThatCannotBeReadIsNotToBeSet) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 7)});
  ns.facts.sysctls[Sysctl::kTimestamps] = absl::PermissionDeniedError("");
  EXPECT_THAT(Remedies(ns), Contains(StartsWith("Set net.ipv4.tcp_tw_reuse=1 (0 now): ")));
  ns.facts.sysctls[Sysctl::kTwReuse] = absl::PermissionDeniedError("");
  ns.facts.sysctls[Sysctl::kTimestamps] = 0;
  EXPECT_THAT(Remedies(ns), Contains(StartsWith("Set net.ipv4.tcp_timestamps=1 (0 now): ")));
}

TEST(RemediesTest, ThePortComesFreeAfterTheDelayThatIsSet) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 7)});
  ns.facts.sysctls[Sysctl::kTwReuseDelay] = 55000;
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("after 55 s of TIME_WAIT")));
  ns.facts.sysctls[Sysctl::kTwReuseDelay] = absl::NotFoundError("absent");
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("after 1 s of TIME_WAIT")));
}

TEST(RemediesTest, ReuseNeedsTimestamps) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 7)});
  ns.facts.sysctls[Sysctl::kTimestamps] = 0;
  EXPECT_THAT(Remedies(ns),
              Contains(HasSubstr("tcp_tw_reuse=1 (0 now) and net.ipv4.tcp_timestamps=1 (0 now)")));
  ns.facts.sysctls[Sysctl::kTwReuse] = 1;
  EXPECT_THAT(Remedies(ns), Contains(StartsWith("Set net.ipv4.tcp_timestamps=1 (0 now):")));
  ns.reports.Set<PortsReport>(PortsOf({DestinationOf(10)}));
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Set ")))) << "nothing is in TIME_WAIT";
}

TEST(RemediesTest, ANarrowRangeIsToBeWidened) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  EXPECT_THAT(Remedies(ns),
              Contains(AllOf(StartsWith("Widen net.ipv4.ip_local_port_range (40000 40009, "
                                        "10 ports now), such as to 10240 65535."),
                             HasSubstr("their ports: what listens; services"))));
  ns.facts.ephemeral_ports->range = {10240, 65535};
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Widen"))));
}

TEST(RemediesTest, AWiderRangeNamesTheListenersInIt) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  const auto listen_on = [&](uint16_t port) {
    ListenGroup group;
    group.port = port;
    ns.reports.Get<ListenReport>()->groups.push_back(group);
  };
  for (const int port : {443, 40003, 27017, 11211}) listen_on(static_cast<uint16_t>(port));
  listen_on(6379);
  listen_on(15432);
  ns.facts.ephemeral_ports->reserved[15432] = true;
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("what listens, now 11211, 27017; services")));
  for (uint16_t port = 50000; port < 50010; ++port) listen_on(port);
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("50007 and 2 more; services")));
  ns.facts.ephemeral_ports->range = {1024, 40000};
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("such as to 1024 65535")));
}

TEST(RemediesTest, ReservedPortsAreNamed) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Free"))));
  ns.facts.ephemeral_ports->range = {40000, 40012};
  EXPECT_THAT(Remedies(ns), Contains(AllOf(StartsWith("Free 3 ports of the range"),
                                           HasSubstr("ip_local_reserved_ports"))));
}

TEST(RemediesTest, BlockedPortsAreNamedWithWhatHoldsThem) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  PortsReport& ports = *ns.reports.Get<PortsReport>();
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Move"))));
  ports.blocked = {2, std::nullopt, 1};
  ports.capacity.blocked = 3;
  EXPECT_THAT(Remedies(ns),
              Contains("Move servers out of the range: listeners hold 2 ports of it, accepted "
                       "connections 1, all lost to every connect()."));
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Leave out bind()"))));
  ports.blocked = {2, std::nullopt, 2};
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("hold 2 ports of it, accepted connections 2, ")));
}

TEST(RemediesTest, BoundPortsCallForConnectToChoose) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 4)});
  PortsReport& ports = *ns.reports.Get<PortsReport>();
  ports.blocked = {0, 3, 0};
  ports.capacity.blocked = 3;
  EXPECT_THAT(Remedies(ns),
              Contains(AllOf(
                  StartsWith("Leave out bind() before connect(), or set "
                             "IP_BIND_ADDRESS_NO_PORT before it: sockets that are bound "),
                  HasSubstr("and not connected keep 3 ports from every connect(). tcp_tw_reuse"))));
  ports.blocked = {0, 5, 0};
  ports.capacity.blocked = 5;
  EXPECT_THAT(Remedies(ns).front(), StartsWith("Reuse connections")) << "others hold half of them";
  ports.blocked = {0, 6, 0};
  ports.capacity.blocked = 6;
  ports.knows_bound = true;
  EXPECT_THAT(Remedies(ns).front(),
              HasSubstr("that were bound first, connected ones included, keep 6"))
      << "they hold more than half of the ports";
}

TEST(RemediesTest, ReuseIsNoRemedyForWhatIsNeverReused) {
  DestinationReport report = DestinationOf(10, 7);
  report.never_reused = 7;
  NamespaceSnapshot ns = NamespaceWith({report});
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Set "))));
  ns.facts.sysctls[Sysctl::kTimestamps] = 0;
  EXPECT_THAT(Remedies(ns), Contains(HasSubstr("tcp_timestamps=1 (0 now)"))) << "which may be why";
}

TEST(RemediesTest, MoreAddressesHelpUnlessNoPortIsOpen) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  EXPECT_THAT(Remedies(ns).back(), StartsWith("Add source addresses"));
  ns.reports.Get<PortsReport>()->capacity.blocked = kTestPorts;
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Add source addresses"))));
}

}  // namespace
}  // namespace tcp_lifecycle
