#include "exporter/doctor/remedies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> Remedies(const NamespaceSnapshot& ns) {
  return RemediesFor(ForeseenOf(ns).front(), *ns.reports.Get<PortsReport>(), ns.facts);
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
}

TEST(RemediesTest, ReuseNeedsTimestamps) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 7)});
  ns.facts.sysctls[Sysctl::kTimestamps] = 0;
  EXPECT_THAT(Remedies(ns),
              Contains(HasSubstr("tcp_tw_reuse=1 (0 now) and net.ipv4.tcp_timestamps=1 (0 now)")));
  ns.facts.sysctls[Sysctl::kTwReuse] = 1;
  EXPECT_THAT(Remedies(ns), Contains(StartsWith("Set net.ipv4.tcp_timestamps=1 (0 now):")));
}

TEST(RemediesTest, ANarrowRangeIsToBeWidened) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  EXPECT_THAT(Remedies(ns), Contains(StartsWith("Widen net.ipv4.ip_local_port_range (40000 40009, "
                                                "10 ports now)")));
  ns.facts.ephemeral_ports->range = {1024, 65535};
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Widen"))));
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
  EXPECT_THAT(Remedies(ns), Contains(AllOf(HasSubstr("blocks 3 ports"), HasSubstr("2 by listeners"),
                                           HasSubstr("1 by accepted connections"))));
}

TEST(RemediesTest, MoreAddressesHelpUnlessNoPortIsOpen) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  EXPECT_THAT(Remedies(ns).back(), StartsWith("Add source addresses"));
  ns.reports.Get<PortsReport>()->capacity.blocked = kTestPorts;
  EXPECT_THAT(Remedies(ns), Each(Not(StartsWith("Add source addresses"))));
}

}  // namespace
}  // namespace tcp_lifecycle
