#include "exporter/doctor/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

DoctorReport ReportOn(const ScrapeResult& first, const ScrapeResult& second,
                      std::optional<double> seconds = 1) {
  return MakeDoctorReport({.first = first,
                           .second = second,
                           .seconds = seconds,
                           .suspects = FindSuspects(first.snapshot.namespaces.front(),
                                                    second.snapshot.namespaces.front()),
                           .programs = {},
                           .subject = "web-1",
                           .version = "1.2.3",
                           .time = absl::UnixEpoch()});
}

DoctorReport ReportOn(const NamespaceSnapshot& ns) {
  return ReportOn(ResultWith(ns), ResultWith(ns));
}

MATCHER_P2(Raises, name, over, "") { return arg.rule->name == name && arg.over == over; }

TEST(DoctorFindingsTest, TheWorstComesFirst) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10)});
  ns.facts.sysctls[Sysctl::kTwReuse] = 1;
  ns.facts.sysctls[Sysctl::kTimestamps] = 0;
  const DoctorFindings findings = FindingsOf(Judged(ns).reports, Judged(ns).reports);
  EXPECT_THAT(findings.raised, Contains(Raises("destination_exhausted", false)));
  EXPECT_THAT(findings.raised, Contains(Raises("tw_reuse_without_timestamps", false)));
  EXPECT_TRUE(std::is_sorted(
      findings.raised.begin(), findings.raised.end(),
      [](const auto& a, const auto& b) { return a.rule->severity > b.rule->severity; }));
  EXPECT_GE(findings.ProblemsOf(Severity::kCritical), 1u);
  EXPECT_EQ(findings.checked + findings.unchecked.size(), AllRules().size());
}

TEST(DoctorFindingsTest, WhatIsOverForAMomentIsStillFound) {
  const NamespaceSnapshot before = NamespaceWith({DestinationOf(10)});
  const NamespaceSnapshot now = NamespaceWith({DestinationOf(1)});
  const DoctorFindings findings = FindingsOf(Judged(before).reports, Judged(now).reports);
  EXPECT_THAT(findings.raised, Contains(AllOf(Raises("destination_exhausted", true))));
  EXPECT_EQ(findings.ProblemsOf(Severity::kCritical), 1u);
}

TEST(DoctorFindingsTest, WhatCannotBeCheckedIsNotRaised) {
  NamespaceSnapshot now = NamespaceWith({});
  now.reports.Set<PortsReport>(absl::DataLossError("bad bytes"));
  const NamespaceSnapshot before = NamespaceWith({DestinationOf(10)});
  const DoctorFindings findings = FindingsOf(Judged(before).reports, Judged(now).reports);
  EXPECT_THAT(findings.raised,
              ::testing::Each(::testing::Not(Raises("destination_exhausted", true))));
  const auto is_it = [](const UncheckedRule& each) {
    return each.rule->name == "destination_exhausted" && absl::IsDataLoss(each.why);
  };
  EXPECT_TRUE(std::any_of(findings.unchecked.begin(), findings.unchecked.end(), is_it));
}

TEST(DoctorFindingsTest, OfOneSeverityTheyAreInTheOrderOfTheRules) {
  constexpr RuleInfo kNote = {"a", Severity::kInfo, "a"};
  constexpr RuleInfo kFirst = {"b", Severity::kWarning, "b"};
  constexpr RuleInfo kSecond = {"c", Severity::kWarning, "c"};
  constexpr RuleInfo kThird = {"d", Severity::kWarning, "d"};
  Reports reports;
  reports.Set<FindingsReport>(
      FindingsReport{{{&kNote, "A."}, {&kFirst, "B."}, {&kSecond, "C."}, {&kThird, "D."}}});
  EXPECT_THAT(
      FindingsOf(reports, reports).raised,
      ElementsAre(Raises("b", false), Raises("c", false), Raises("d", false), Raises("a", false)));
}

TEST(DoctorFindingsTest, WithoutBothOfTheSamplesNothingIsChecked) {
  const NamespaceSnapshot ns = Judged(NamespaceWith({DestinationOf(10)}));
  EXPECT_EQ(FindingsOf(ns.reports, {}).checked, 0u);
  EXPECT_EQ(FindingsOf({}, ns.reports).checked, 0u);
}

TEST(DoctorFindingsTest, ThoseWithOneRemedyAreOneProblem) {
  DestinationReport full = DestinationOf(10, 10);
  full.ports_needed = 60;
  full.hold_seconds = 60;
  NamespaceSnapshot ns = NamespaceWith({full});
  ns.facts.sysctls[Sysctl::kTimestamps] = 0;
  const DoctorFindings findings = FindingsOf(Judged(ns).reports, Judged(ns).reports);
  const auto problems = findings.Problems();
  EXPECT_THAT(problems.front(), Contains(Raises("destination_exhausted", false)));
  EXPECT_THAT(problems.front(), Contains(Raises("port_range_too_small", false)));
  EXPECT_THAT(problems.front(), ::testing::Not(Contains(Raises("timestamps_off", false))));
  EXPECT_EQ(findings.ProblemsOf(Severity::kCritical), 1u);
  EXPECT_EQ(findings.ProblemsOf(Severity::kWarning), problems.size() - 1);
}

TEST(DoctorReportTest, WhatComesAndStaysOpenBetweenTheLooksIsARate) {
  const auto changed_to = [](uint32_t used, uint32_t time_wait = 0) {
    DestinationReport now = DestinationOf(2, time_wait);
    now.used = used;
    now.headroom = {400, 400};
    return ReportOn(ResultWith(NamespaceWith({DestinationOf(2)})), ResultWith(NamespaceWith({now})))
        .destinations.front();
  };
  EXPECT_EQ(changed_to(102).report.connections_per_second, 100);
  EXPECT_EQ(changed_to(102).report.seconds_to_exhaustion, 5);
  EXPECT_EQ(changed_to(102).outlook, Outlook::kFilling);
  EXPECT_EQ(changed_to(6).report.seconds_to_exhaustion, std::nullopt) << "may be chance";
  EXPECT_EQ(changed_to(2).report.connections_per_second, 0);
  EXPECT_EQ(changed_to(1).report.connections_per_second, 0);
  EXPECT_EQ(changed_to(102, 100).report.connections_per_second, 0) << "they do not stay open";
  EXPECT_EQ(changed_to(102, 100).outlook, Outlook::kOpen);
}

TEST(DoctorReportTest, AForecastLooksAMinuteAheadAndAnEarlierOneStands) {
  const auto foreseen = [](uint32_t headroom, uint32_t used, std::optional<uint32_t> seconds = {}) {
    DestinationReport now = DestinationOf(2);
    now.used = used;
    now.headroom = {headroom, headroom};
    now.seconds_to_exhaustion = seconds;
    return ReportOn(ResultWith(NamespaceWith({DestinationOf(2)})), ResultWith(NamespaceWith({now})))
        .destinations.front()
        .report.seconds_to_exhaustion;
  };
  EXPECT_EQ(foreseen(4800, 102), 60);
  EXPECT_EQ(foreseen(4801, 102), std::nullopt);
  EXPECT_EQ(foreseen(4800, 102, 12), 12);
  EXPECT_EQ(foreseen(0, 2), std::nullopt) << "nothing has come";
}

TEST(DoctorReportTest, ADestinationThatIsNewHasNothingToBeComparedWith) {
  const ScrapeResult now = ResultWith(NamespaceWith({DestinationOf(9)}));
  NamespaceSnapshot unread = NamespaceWith({});
  unread.reports.Set<PortsReport>(absl::DataLossError("bad row"));
  for (const NamespaceSnapshot& before : {NamespaceWith({}), unread}) {
    const DoctorReport report = ReportOn(ResultWith(before), now);
    ASSERT_THAT(report.destinations, SizeIs(1));
    EXPECT_EQ(report.destinations[0].report.connections_per_second, 0);
    EXPECT_FALSE(report.change.has_value());
  }
}

TEST(DoctorReportTest, SaysWhatWasLookedAt) {
  const DoctorReport report = ReportOn(NamespaceWith({}));
  EXPECT_EQ(report.subject, "web-1");
  EXPECT_EQ(report.version, "1.2.3");
  EXPECT_EQ(report.netns, "host");
  EXPECT_EQ(report.reader, "sock_diag");
  EXPECT_EQ(report.seconds, 1);
}

TEST(DoctorReportTest, PortsAreThoseOfTheRange) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.facts.ephemeral_ports->reserved[40003] = true;
  ns.facts.ephemeral_ports->reserved[80] = true;
  const DoctorReport report = ReportOn(ns);
  ASSERT_TRUE(report.ports.has_value());
  EXPECT_EQ(report.ports->usable, 9u);
  EXPECT_EQ(report.ports->reserved, 1u);
}

TEST(DoctorReportTest, WithoutTheRangeThereAreNoPorts) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.facts.ephemeral_ports = absl::NotFoundError("absent");
  ns.reports.Set<PortsReport>(absl::NotFoundError("absent"));
  const DoctorReport report = ReportOn(ns);
  EXPECT_FALSE(report.ports.has_value());
  EXPECT_THAT(report.destinations, IsEmpty());
  EXPECT_EQ(report.distinct_destinations, std::nullopt);
}

TEST(DoctorReportTest, TheTenFullestDestinationsAreInIt) {
  std::vector<DestinationReport> many(12, DestinationOf(1));
  EXPECT_THAT(ReportOn(NamespaceWith(many)).destinations, SizeIs(10));
}

TEST(DoctorReportTest, WhatHoldsForEveryDestinationIsSaidOnce) {
  NamespaceSnapshot ns = NamespaceWith({DestinationOf(10), DestinationOf(10, 0, "192.0.2.9")});
  PortCapacity& capacity = ns.reports.Get<PortsReport>()->capacity;
  capacity.blocked = kTestPorts;
  capacity.first_bound_free_ms = DestinationUse::kNever;
  EXPECT_THAT(ReportOn(ns).outlook, ElementsAre(HasSubstr("no port of the range is open")));
}

TEST(DoctorReportTest, AnExhaustedDestinationHasItsOutlookRemediesAndAdvice) {
  const DoctorReport report = ReportOn(NamespaceWith({DestinationOf(10), DestinationOf(1)}));
  EXPECT_THAT(report.outlook, ElementsAre(HasSubstr("only when a connection closes")));
  EXPECT_THAT(report.remedies, Contains(HasSubstr("ip_local_port_range")));
  EXPECT_THAT(report.advice, Contains(HasSubstr("EADDRNOTAVAIL")));
}

TEST(DoctorReportTest, OneThatRecoversMeanwhileIsToldAsSuch) {
  DestinationReport before = DestinationOf(10, 10);
  before.seconds_to_free_port = 0.3;
  DestinationReport after = DestinationOf(10, 10);
  after.reusable = 10;
  after.headroom = {0, 10};
  after.utilization = {0, 1};
  const DoctorReport report =
      ReportOn(ResultWith(NamespaceWith({before})), ResultWith(NamespaceWith({after})));
  EXPECT_THAT(report.outlook,
              ElementsAre(AllOf(HasSubstr("failed a moment ago"), HasSubstr("free in 0.3 s"),
                                HasSubstr("a port may be free again"))));
  EXPECT_EQ(report.exit_status(), kDoctorCritical);
}

TEST(DoctorReportTest, CountersAndTheWorstDestinationAreCompared) {
  DestinationReport other_port = DestinationOf(1);
  other_port.port = 6380;
  DestinationReport other_address = DestinationOf(2);
  other_address.address = Ip("192.0.2.9");
  NamespaceSnapshot before = NamespaceWith(
      {other_port, other_address, DestinationOf(3, 0, "192.0.2.9"), DestinationOf(4)});
  NamespaceSnapshot after = NamespaceWith({DestinationOf(7)});
  before.facts.counters[TcpCounter::kActiveOpens] = 1;
  after.facts.counters[TcpCounter::kActiveOpens] = 4;
  const DoctorReport report = ReportOn(ResultWith(before), ResultWith(after));
  EXPECT_THAT(report.movements, SizeIs(1));
  ASSERT_TRUE(report.change.has_value());
  EXPECT_EQ(report.change->before.used, 4u);
  EXPECT_EQ(report.change->after.used, 7u);
}

TEST(DoctorReportTest, ARecordingDoesNotMove) {
  const ScrapeResult result = ResultWith(NamespaceWith({DestinationOf(4)}));
  const DoctorReport report = ReportOn(result, result, std::nullopt);
  EXPECT_THAT(report.movements, IsEmpty());
  EXPECT_FALSE(report.change.has_value());
}

TEST(DoctorReportTest, WhatFailedForOneReasonIsToldOnce) {
  ScrapeResult result = ResultWith(NamespaceWith({}));
  const auto add = [&](const char* name, const absl::Status& status) {
    result.collectors.emplace_back();
    result.collectors.back().name = name;
    result.collectors.back().status = status;
  };
  add("sockets", absl::DataLossError("bad row"));
  add("ports", absl::DataLossError("bad row"));
  add("sysctl", absl::DataLossError("bad number"));
  add("listen", absl::OkStatus());
  add("findings", absl::DataLossError("bad rule"));
  const DoctorReport report = ReportOn(result, result);
  ASSERT_THAT(report.unexamined, SizeIs(2));
  EXPECT_THAT(report.unexamined[0].collectors, ElementsAre("sockets", "ports"));
  EXPECT_EQ(report.unexamined[0].reason, "bad row");
  EXPECT_THAT(report.unexamined[1].collectors, ElementsAre("sysctl"));
}

TEST(DoctorReportTest, ARuleThatFailsIsNotExaminedOneThatCannotBeCheckedIsNoFailure) {
  NamespaceSnapshot ns = NamespaceWith({});
  ns.reports.Set<PortsReport>(absl::DataLossError("bad row"));
  ns.facts.sysctls[Sysctl::kTimestamps] = absl::NotFoundError("absent");
  const DoctorReport report = ReportOn(ns);
  ASSERT_THAT(report.unexamined, SizeIs(1));
  EXPECT_THAT(report.unexamined[0].rules, Contains("destination_exhausted"));
}

TEST(ExitStatusTest, IsThatOfTheWorstFinding) {
  constexpr Rule kInfo = {"a", Severity::kInfo, "", nullptr};
  constexpr Rule kWarning = {"b", Severity::kWarning, "", nullptr};
  constexpr Rule kCritical = {"c", Severity::kCritical, "", nullptr};
  DoctorReport report;
  EXPECT_EQ(report.exit_status(), 0);
  report.findings.raised.push_back({&kInfo, "", false});
  EXPECT_EQ(report.exit_status(), 0);
  report.unexamined.push_back({{"sockets"}, {}, "bad row"});
  EXPECT_EQ(report.exit_status(), 3);
  report.findings.raised.push_back({&kWarning, "", false});
  EXPECT_EQ(report.exit_status(), 1);
  report.findings.raised.push_back({&kCritical, "", true});
  EXPECT_EQ(report.exit_status(), 2);
}

}  // namespace
}  // namespace tcp_lifecycle
