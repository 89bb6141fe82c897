#include "exporter/doctor/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/unit/exporter/doctor/samples.h"

// That it is JSON, a JSON parser says: tests/golden/doctor_test.py.

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr RuleInfo kRule = {"ports_gone", Severity::kCritical, "Get more \"ports\"."};

// Without white space, for short expectations.
std::string Compact(const DoctorReport& report) {
  return absl::StrReplaceAll(ToJson(report), {{"\n", ""}, {" ", ""}});
}

TEST(DoctorJsonTest, WhatIsNotKnownIsNull) {
  EXPECT_THAT(Compact({}),
              AllOf(HasSubstr(R"("reader":null)"), HasSubstr(R"("ports":null)"),
                    HasSubstr(R"("distinct_destinations":null)"),
                    HasSubstr(R"("destination":null)"), HasSubstr(R"("server":null)"),
                    HasSubstr(R"("listener":null)"), HasSubstr(R"("range":null)"),
                    HasSubstr(R"("unclosed":null)"), HasSubstr(R"("sampled_seconds":null)")));
}

TEST(DoctorJsonTest, TheHoldersOfTheRangeAndThoseThatDoNotCloseHaveTheirPorts) {
  DoctorReport report;
  report.suspects.range = {40000, 40009};
  report.suspects.unclosed_port = 8080;
  report.programs.range.sockets = 10;
  report.programs.unclosed.sockets = 120;
  EXPECT_THAT(Compact(report),
              AllOf(HasSubstr(R"("range":{"range_min":40000,"range_max":40009,"sockets":10,)"),
                    HasSubstr(R"("unclosed":{"listen_port":8080,"sockets":120,)")));
}

TEST(DoctorJsonTest, TheVerdictIsAWordAndANumber) {
  DoctorReport report;
  EXPECT_THAT(Compact(report), HasSubstr(R"("verdict":"fine","exit_status":0)"));
  report.findings.raised = {{&kRule, "Gone.", true}};
  EXPECT_THAT(Compact(report), HasSubstr(R"("verdict":"critical","exit_status":2)"));
}

TEST(DoctorJsonTest, AFindingHasAllItsParts) {
  DoctorReport report;
  report.findings.raised = {{&kRule, "Gone.", true}};
  report.findings.unchecked = {{&kRule, absl::NotFoundError("absent")}};
  EXPECT_THAT(
      Compact(report),
      AllOf(HasSubstr(R"("findings":[{"severity":"critical","rule":"ports_gone","summary":"Gone.",)"
                      R"("over":true,"remedy":"Getmore\"ports\".",)"
                      R"("runbook":"deploy/runbooks/findings.md#ports_gone"}])"),
            HasSubstr(R"("rules_not_checked":[{"rule":"ports_gone","reason":"absent"}])")));
}

TEST(DoctorJsonTest, ADestinationHasNumbersNotWords) {
  DoctorReport report;
  DestinationReport destination = DestinationOf(10, 4);
  destination.seconds_to_free_port = 0.75;
  destination.reusable.reset();
  report.destinations = {{destination, Outlook::kFreedByReuse}};
  EXPECT_THAT(Compact(report),
              HasSubstr(R"({"source_address":"192.0.2.1","destination_address":"192.0.2.2",)"
                        R"("destination_port":6379,"ports_used":10,"ports_time_wait":4,)"
                        R"("ports_reusable":null,"ports_headroom":{"min":0,"max":0},)"
                        R"("utilization_ratio":{"min":1,"max":1},"connections_per_second":0,)"
                        R"("seconds_to_exhaustion":null,"seconds_to_free_port":0.75,)"
                        R"("outlook":"freed_by_reuse"})"));
}

TEST(DoctorJsonTest, ProgramsHaveTheirNamesWhateverTheBytes) {
  DoctorReport report;
  report.suspects.destination = DestinationOf(10);
  report.programs.client = {.owners = {{12, "a\"\x1b\xff", 3}}, .sockets = 4, .time_wait = 1};
  EXPECT_THAT(Compact(report),
              HasSubstr(R"("sockets":4,"time_wait":1,"orphans":0,"unseen":0,)"
                        R"("programs":[{"pid":12,"name":"a\"\u001b\ufffd","sockets":3}])"));
  EXPECT_THAT(Compact(report), HasSubstr(R"("server":null)")) << "it is on another host";
  report.programs.server.sockets = 2;
  EXPECT_THAT(Compact(report), HasSubstr(R"("server":{"sockets":2,)"));
}

TEST(DoctorJsonTest, TheListenerHasItsQueueAndItsLimitWhereItIsKnown) {
  DoctorReport report;
  ListenGroup listener;
  listener.address = Ip("::");
  listener.port = 80;
  listener.queue = 4;
  report.suspects.listener = listener;
  EXPECT_THAT(Compact(report), HasSubstr(R"("listener":{"listen_address":"::","listen_port":80,)"
                                         R"("queue_sockets":4,"queue_limit":null,)"));
  report.suspects.listener->limit = 511;
  EXPECT_THAT(Compact(report), HasSubstr(R"("queue_limit":511,)"));
}

TEST(DoctorJsonTest, ProgramsThatAreNotKnownHaveAReasonAndAreNull) {
  DoctorReport report;
  report.suspects.destination = DestinationOf(10);
  report.programs.status = absl::UnavailableError("why");
  EXPECT_THAT(Compact(report), HasSubstr(R"("programs":{"error":"why","some_hidden":false,)"
                                         R"("destination":null)"));
}

TEST(DoctorJsonTest, BlockedPortsThatCannotBeSeenAreNull) {
  DoctorReport report;
  report.ports = DoctorPorts{
      {40000, 40009}, 9, 1, PortCapacity{.usable = 9, .blocked = 2}, {2, std::nullopt, 0}};
  EXPECT_THAT(Compact(report),
              HasSubstr(R"("ports":{"range_min":40000,"range_max":40009,"usable":9,"reserved":1,)"
                        R"("open":7,"blocked":{"listen":2,"bound":null,"inbound":0}})"));
}

TEST(DoctorJsonTest, AMovementIsNamedAsTheKernelDoes) {
  DoctorReport report;
  report.seconds = 1.5;
  const TcpCounterRow row = {TcpCounter::kTimeWaitCounted, "TcpExt", "TW", "into"};
  report.movements = {{&row, 2.5}};
  EXPECT_THAT(Compact(report),
              HasSubstr(R"("sampled_seconds":1.5,"movements":[{"counter":"TcpExt.TW",)"
                        R"("meaning":"into","per_second":2.5}])"));
}

}  // namespace
}  // namespace tcp_lifecycle
