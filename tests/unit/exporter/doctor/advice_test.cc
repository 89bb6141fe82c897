#include "exporter/doctor/advice.h"

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

std::vector<std::string> Advice(const NamespaceSnapshot& ns,
                                std::vector<DoctorFinding> findings = {}) {
  return AdviceOn(ns, ForeseenOf(ns), findings);
}

TEST(AdviceTest, AHostThatIsFineGetsNone) {
  EXPECT_THAT(Advice(NamespaceWith({DestinationOf(1, 1)})), IsEmpty());
  EXPECT_THAT(Advice(NamespaceWith({})), IsEmpty());
}

TEST(AdviceTest, ExhaustionMovesNoCounterAndRefusesNothing) {
  const auto advice = Advice(NamespaceWith({DestinationOf(10)}));
  EXPECT_THAT(advice, Contains(HasSubstr("No counter of the kernel moves")));
  EXPECT_THAT(advice, Contains(HasSubstr("\"connection refused\" comes from the peer")));
  EXPECT_THAT(advice, Contains(HasSubstr("EADDRINUSE from bind()")));
}

TEST(AdviceTest, FinTimeoutIsAnsweredWhereTimeWaitHoldsPorts) {
  EXPECT_THAT(Advice(NamespaceWith({DestinationOf(6, 6)})),
              Contains(StartsWith("tcp_fin_timeout (60 here) does not shorten TIME_WAIT")));
  EXPECT_THAT(Advice(NamespaceWith({DestinationOf(10)})), Each(Not(HasSubstr("fin_timeout"))));
}

TEST(AdviceTest, RecycleIsAnsweredAsThisKernelHasIt) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(6, 6)});
  EXPECT_THAT(Advice(ns), Contains(HasSubstr("tcp_tw_recycle is absent on this kernel")));
  ns.facts.sysctls[Sysctl::kTwRecycle] = 0;
  EXPECT_THAT(Advice(ns), Contains(HasSubstr("Leave tcp_tw_recycle at 0")));
  // That it is on is a finding.
  ns.facts.sysctls[Sysctl::kTwRecycle] = 1;
  EXPECT_THAT(Advice(ns), Each(Not(HasSubstr("recycle"))));
  ns.facts.sysctls[Sysctl::kTwRecycle] = absl::PermissionDeniedError("");
  EXPECT_THAT(Advice(ns), Each(Not(HasSubstr("recycle"))));
}

TEST(AdviceTest, ReuseIsDefendedWhereItWouldHelp) {
  EXPECT_THAT(Advice(NamespaceWith({DestinationOf(6, 6)})),
              Contains(HasSubstr("tcp_tw_reuse deletes no TIME_WAIT and loses no packets")));
}

TEST(AdviceTest, ManyTimeWaitAreNoUtilization) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(2, 2)});
  ns.reports.Get<TimeWaitReport>()->sockets = {2, 38, 0};
  EXPECT_THAT(Advice(ns), Contains(StartsWith("40 sockets in TIME_WAIT are no utilization: 38 of "
                                              "them are inbound")));
}

TEST(AdviceTest, ATenthOfThePortsInTimeWaitIsConspicuous) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.reports.Get<PortsReport>()->capacity.usable = 100;
  ns.reports.Get<TimeWaitReport>()->sockets = {0, 9, 0};
  EXPECT_THAT(Advice(ns), IsEmpty());
  ns.reports.Get<TimeWaitReport>()->sockets = {0, 10, 0};
  EXPECT_THAT(Advice(ns), Contains(AllOf(StartsWith("10 sockets in TIME_WAIT"),
                                         HasSubstr("The fullest holds 0 of 100."))));
}

TEST(AdviceTest, WithoutAUsablePortNoTimeWaitIsNotMany) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.reports.Get<PortsReport>()->capacity.usable = 0;
  EXPECT_THAT(Advice(ns), IsEmpty());
}

TEST(AdviceTest, WhatWasNotReadGetsNone) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.reports.Get<TimeWaitReport>()->sockets = {0, 10, 0};
  ns.reports.Set<PortsReport>(absl::DataLossError("bad row"));
  EXPECT_THAT(AdviceOn(ns, {}, {}), IsEmpty());
  ns = NamespaceWith({});
  ns.reports.Set<TimeWaitReport>(absl::DataLossError("bad row"));
  EXPECT_THAT(AdviceOn(ns, {}, {}), IsEmpty());
}

TEST(AdviceTest, TimeWaitThatDoesFillADestinationIsNotPlayedDown) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10, 10)});
  ns.reports.Get<TimeWaitReport>()->sockets = {10, 30, 0};
  EXPECT_THAT(Advice(ns), Each(Not(HasSubstr("no utilization"))));
}

TEST(AdviceTest, UnansweredSynsWithPortsLeftPointToSnat) {
  DestinationReport report = DestinationOf(12);
  report.syn_sent = 12;
  report.syn_sent_retransmitting = 9;
  EXPECT_THAT(Advice(NamespaceWith({report})), IsEmpty()) << "a few may be chance";
  report.syn_sent_retransmitting = 10;
  EXPECT_THAT(Advice(NamespaceWith({report})), Contains(HasSubstr("A SNAT gateway on the way")));
  report.headroom = {0, 0};
  EXPECT_THAT(Advice(NamespaceWith({report})), Each(Not(HasSubstr("SNAT")))) << "no port is left";
}

TEST(AdviceTest, KeepaliveTimeIsExplainedWhereKeepaliveIsWanting) {
  constexpr Rule kRule = {"idle_without_keepalive", Severity::kInfo, "", nullptr};
  EXPECT_THAT(Advice(NamespaceWith({}), {{&kRule, "", false}}),
              Contains(HasSubstr("not a number of probes")));
}

}  // namespace
}  // namespace tcp_lifecycle
