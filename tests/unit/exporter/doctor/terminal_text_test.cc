#include "exporter/doctor/terminal_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr RuleInfo kCritical = {"ports_gone", Severity::kCritical, "Get more ports."};
constexpr RuleInfo kNote = {"odd", Severity::kInfo, "Make it even."};

DoctorReport Fine() {
  DoctorReport report;
  report.subject = "web-1";
  report.netns = "host";
  report.reader = "sock_diag";
  report.time = absl::UnixEpoch();
  report.seconds = 1.04;
  report.findings.checked = 24;
  report.ports = DoctorPorts{{32768, 60999}, 28230, 2, PortCapacity{.usable = 28230}, {0, 0, 0}};
  return report;
}

DoctorReport Exhausted() {
  DoctorReport report = Fine();
  report.findings.raised = {{&kCritical, "All 10 ports are gone.", false}, {&kNote, "Odd.", true}};
  report.destinations = {{DestinationOf(10), Outlook::kFreedByClosing}, {DestinationOf(1)}};
  report.distinct_destinations = 7;
  report.outlook = {"It never works."};
  report.remedies = {"Use a pool."};
  report.advice = {"No counter moves."};
  report.suspects.destination = DestinationOf(10);
  report.programs.client = {.owners = {{12, "curl", 10}}, .sockets = 10};
  return report;
}

// The text without the line breaks that its width asked for.
std::string Sentences(const DoctorReport& report) {
  std::string text = ToText(report, false);
  while (absl::StrReplaceAll({{"  ", " "}, {"\n", " "}}, &text) > 0) {
  }
  return text;
}

TEST(DoctorTextTest, BeginsWithWhatWasLookedAt) {
  EXPECT_THAT(ToText(Fine(), false),
              StartsWith("web-1, network namespace host, sockets read by sock_diag, 1970-01-01 "
                         "00:00:00 UTC\n"
                         "Ephemeral ports 32768-60999: 28230 usable, 2 reserved, 0 blocked, 28230 "
                         "for each destination\n\n"
                         "FINE: nothing found; 24 of 24 rules checked\n"));
}

TEST(DoctorTextTest, AHostThatIsFineGetsNoWallOfText) {
  EXPECT_THAT(std::vector<std::string>(absl::StrSplit(ToText(Fine(), false), '\n')),
              SizeIs(::testing::Lt(12)));
  EXPECT_THAT(ToText(Fine(), false), Not(HasSubstr("Programs")));
}

TEST(DoctorTextTest, BlockedPortsAreToldByWhatHoldsThem) {
  DoctorReport report = Fine();
  report.ports->blocked = {3, std::nullopt, 1};
  report.ports->capacity->blocked = 4;
  EXPECT_THAT(Sentences(report),
              HasSubstr("at least 4 blocked (listen 3, inbound 1), 28226 for each"));
}

TEST(DoctorTextTest, WithoutSocketsNothingIsSaidOfThem) {
  DoctorReport report = Fine();
  report.reader = "";
  report.ports->capacity.reset();
  EXPECT_THAT(Sentences(report), HasSubstr("no sockets read"));
  EXPECT_THAT(Sentences(report), Not(HasSubstr("blocked")));
}

TEST(DoctorTextTest, AFindingHasWhatIsWrongWhatToDoAndWhereToRead) {
  EXPECT_THAT(ToText(Exhausted(), false),
              HasSubstr("\n[critical] ports_gone\n"
                        "    All 10 ports are gone.\n"
                        "    do:  Get more ports.\n"
                        "    see: deploy/runbooks/findings.md#ports_gone\n"
                        "\nFullest destinations"));
}

TEST(DoctorTextTest, NotesComeBehindWhatIsWrong) {
  EXPECT_THAT(ToText(Exhausted(), false),
              HasSubstr("\nWorth knowing\n"
                        "[info] odd (a moment ago; not when looked at again)\n"
                        "    Odd.\n"
                        "    do:  Make it even.\n"));
  EXPECT_THAT(ToText(Fine(), false), Not(HasSubstr("Worth knowing")));
}

TEST(DoctorTextTest, HoldersOfTheRangeAreNamedWhereNoPortIsOpen) {
  DoctorReport report = Exhausted();
  report.suspects.range = {40000, 40009};
  report.programs.range = {.owners = {{13, "agent", 10}}, .sockets = 10};
  EXPECT_THAT(Sentences(report),
              AllOf(HasSubstr("- ports 40000-40009: agent (PID 13) with 10 sockets."),
                    Not(HasSubstr("curl"))));
  report.programs.range = {};
  EXPECT_THAT(Sentences(report), AllOf(HasSubstr("- ports 40000-40009: not known, sockets that"),
                                       Not(HasSubstr("curl"))));
}

TEST(DoctorTextTest, SocketsThatAreBoundOnlyAreSaidToBeMissing) {
  DoctorReport report = Exhausted();
  report.suspects.range = {40000, 40009};
  report.programs.range = {.owners = {{13, "agent", 1}}, .sockets = 1};
  report.ports->capacity->blocked = 1;
  EXPECT_THAT(Sentences(report), HasSubstr("- ports 40000-40009: agent"));
  report.ports->capacity->blocked = 2;
  EXPECT_THAT(Sentences(report), HasSubstr("40000-40009 (sockets that are bound and nothing else "
                                           "are not listed): agent (PID 13) with 1 socket."));
}

TEST(DoctorTextTest, WhoDoesNotCloseIsNamed) {
  DoctorReport report = Fine();
  report.suspects.unclosed_port = 8080;
  report.programs.unclosed = {.owners = {{14, "leaky", 120}}, .sockets = 120};
  EXPECT_THAT(Sentences(report),
              HasSubstr("- CLOSE_WAIT on port 8080: leaky (PID 14) with 120 sockets."));
}

TEST(DoctorTextTest, TheVerdictCounts) {
  EXPECT_EQ(VerdictText(Exhausted()), "CRITICAL: 1 critical, 1 note; 24 of 24 rules checked");
  DoctorReport report = Fine();
  report.findings.unchecked.resize(2);
  report.unexamined = {{{"sockets"}, {}, "bad row"}};
  EXPECT_EQ(VerdictText(report),
            "NOT EXAMINED: nothing found; 24 of 26 rules checked, see below for what failed");
}

TEST(DoctorTextTest, DestinationsAreATable) {
  EXPECT_THAT(ToText(Exhausted(), false),
              HasSubstr("Fullest destinations (2 of 7)\n"
                        "  source     destination     used  TIME_WAIT  reusable  headroom  conn/s "
                        " outlook\n"
                        "  192.0.2.1  192.0.2.2:6379    10          0         0         0     0.0 "
                        " full\n"
                        "  192.0.2.1  192.0.2.2:6379     1          0         0         9     0.0\n"
                        "\nOutlook\n  - It never works.\n"
                        "\nWhat helps\n  - Use a pool.\n"));
}

TEST(DoctorTextTest, HeadroomHasBothBoundsAndWhatIsUnknownAMark) {
  DoctorReport report = Fine();
  DestinationReport destination = DestinationOf(1);
  destination.headroom = {3, 9};
  destination.reusable.reset();
  report.destinations = {{destination}};
  report.distinct_destinations = 1;
  EXPECT_THAT(Sentences(report), HasSubstr("192.0.2.2:6379 1 0 ? 3..9 0.0"));
}

TEST(DoctorTextTest, ProgramsAreNamed) {
  DoctorReport report = Exhausted();
  EXPECT_THAT(Sentences(report),
              HasSubstr("192.0.2.1 -> 192.0.2.2:6379: curl (PID 12) with 10 sockets."));
  EXPECT_THAT(Sentences(report), Not(HasSubstr("served here by")));
  report.programs.server = {.owners = {{3, "nginx", 2}}, .sockets = 2};
  EXPECT_THAT(Sentences(report), HasSubstr("served here by: nginx (PID 3) with 2 sockets."));
  ListenGroup listener;
  listener.address = Ip("::");
  listener.port = 80;
  listener.queue = 4;
  report.suspects.listener = listener;
  EXPECT_THAT(Sentences(report), HasSubstr("listener [::]:80, queue 4: no program"));
  report.suspects.listener->limit = 511;
  EXPECT_THAT(Sentences(report), HasSubstr("listener [::]:80, queue 4 of 511: no program"));
}

TEST(DoctorTextTest, ProgramsThatAreNotKnownHaveAReason) {
  DoctorReport report = Exhausted();
  report.programs.status = absl::UnimplementedError("a recording does not tell");
  EXPECT_THAT(Sentences(report), HasSubstr("Not known: a recording does not tell."));
}

TEST(DoctorTextTest, WhatMovesHasItsRate) {
  DoctorReport report = Fine();
  EXPECT_THAT(Sentences(report), HasSubstr("What moves (over 1.0 s) Nothing."));
  const TcpCounterRow row = {TcpCounter::kTimeWaitCounted, "TcpExt", "TW",
                             "sockets counted into TIME_WAIT"};
  report.movements = {{&row, 12.5}};
  report.change = DestinationChange{DestinationOf(4), DestinationOf(7, 2)};
  EXPECT_THAT(Sentences(report),
              AllOf(HasSubstr("12.5/s TW sockets counted into TIME_WAIT"),
                    HasSubstr("192.0.2.1 -> 192.0.2.2:6379: ports used 4 -> 7, in TIME_WAIT 0 -> "
                              "2, headroom at most 6 -> 3"),
                    Not(HasSubstr("Nothing."))));
  report.seconds.reset();
  EXPECT_THAT(Sentences(report), Not(HasSubstr("What moves")));
}

TEST(DoctorTextTest, ADestinationThatMovesIsEnoughAndOneThatDoesNotIsNothing) {
  DoctorReport report = Fine();
  report.change = DestinationChange{DestinationOf(4), DestinationOf(7)};
  EXPECT_THAT(Sentences(report), AllOf(HasSubstr("ports used 4 -> 7, headroom at most 6 -> 3"),
                                       Not(HasSubstr("Nothing."))));
  report.change = DestinationChange{DestinationOf(4), DestinationOf(4)};
  EXPECT_THAT(Sentences(report), HasSubstr("What moves (over 1.0 s) Nothing."));
}

TEST(DoctorTextTest, WhatWasNotExaminedIsTold) {
  DoctorReport report = Fine();
  EXPECT_THAT(Sentences(report), Not(HasSubstr("Not examined")));
  report.unexamined = {{{"sockets", "ports"}, {"ports_gone"}, "bad row"}};
  report.findings.unchecked = {{&kNote, absl::NotFoundError("")},
                               {&kCritical, absl::DataLossError("bad row")}};
  EXPECT_THAT(Sentences(report),
              HasSubstr("Not examined - sockets, ports, 1 rule: bad row - not checkable "
                        "here: odd"));
}

TEST(DoctorTextTest, OnlyWhatThereIsStandsUnderNotExamined) {
  DoctorReport failed = Fine();
  failed.unexamined = {{{"sockets"}, {}, "bad row"}};
  EXPECT_THAT(Sentences(failed),
              AllOf(HasSubstr("Not examined - sockets: bad row"), Not(HasSubstr("not checkable"))));
  DoctorReport absent = Fine();
  absent.findings.unchecked = {{&kNote, absl::NotFoundError("no such file")}};
  EXPECT_THAT(Sentences(absent),
              HasSubstr("Not examined - not checkable here: odd (no such file)"));
}

TEST(DoctorTextTest, ColourIsAsked) {
  EXPECT_THAT(ToText(Exhausted(), false), Not(HasSubstr("\x1b")));
  const std::string text = ToText(Exhausted(), true);
  EXPECT_THAT(text, HasSubstr("\x1b[1;31mCRITICAL: 1 critical"));
  EXPECT_THAT(text, HasSubstr("\x1b[1;31m[critical]\x1b[0m \x1b[1mports_gone\x1b[0m"));
  EXPECT_THAT(ToText(Fine(), true), HasSubstr("\x1b[32mFINE"));
}

TEST(DoctorTextTest, ADestinationHasTheColourOfWhatIsLeft) {
  DoctorReport report = Exhausted();
  report.destinations = {
      {DestinationOf(10), Outlook::kFreedByClosing}, {DestinationOf(6)}, {DestinationOf(1)}};
  const std::string text = ToText(report, true);
  EXPECT_THAT(text, HasSubstr("  \x1b[1;31m192.0.2.1"));
  EXPECT_THAT(text, HasSubstr("  \x1b[33m192.0.2.1"));
  EXPECT_THAT(text, HasSubstr("\n  192.0.2.1"));
}

TEST(DoctorTextTest, NothingFromOutsideReachesTheTerminal) {
  DoctorReport report = Exhausted();
  const std::string hostile = "\x1b[2J\xc2\x9b\xff\a\r";
  report.subject = report.netns = report.reader = hostile;
  report.programs.client.owners[0].name = hostile;
  report.unexamined = {{{"sockets"}, {}, hostile}};
  const std::string text = ToText(report, false);
  EXPECT_THAT(text, HasSubstr("\\x1b[2J\\xc2\\x9b\\xff\\x07\\x0d (PID 12)"));
  EXPECT_THAT(text, Each(AllOf(::testing::Le('~'), ::testing::Ge('\n'), ::testing::Ne('\r'))));
}

TEST(DoctorTextTest, LinesFitATerminal) {
  DoctorReport report = Exhausted();
  report.advice = {std::string(400, 'x').replace(50, 1, " ").replace(90, 1, " "),
                   "many words " + std::string(30, ' ') +
                       "and more words of which each is short "
                       "but which are too many to stand on one line of the terminal"};
  for (const absl::string_view line : absl::StrSplit(ToText(report, false), '\n')) {
    EXPECT_TRUE(line.size() <= 100 || line.find("xxxxx") != line.npos) << line;
  }
}

TEST(OwnersTextTest, ProgramsWithPidAndNumber) {
  EXPECT_EQ(OwnersText({.owners = {{12, "curl", 2}, {13, "wget", 1}}, .sockets = 3}, false),
            "curl (PID 12) with 2 sockets; wget (PID 13) with 1 socket");
}

TEST(OwnersTextTest, FiveAreNamed) {
  SocketOwners owners = {.sockets = 7};
  for (uint32_t pid = 1; pid <= 7; ++pid) owners.owners.push_back({pid, "w", 1});
  EXPECT_THAT(OwnersText(owners, false), AllOf(HasSubstr("(PID 5)"), Not(HasSubstr("(PID 6)")),
                                               HasSubstr("; 2 more programs")));
  owners.owners.resize(5);
  EXPECT_THAT(OwnersText(owners, false),
              AllOf(HasSubstr("(PID 5)"), Not(HasSubstr("more programs"))));
}

TEST(OwnersTextTest, TimeWaitHasNoOwner) {
  EXPECT_EQ(OwnersText({.sockets = 1, .time_wait = 1}, false),
            "no program: TIME_WAIT has no owner any more, and its only socket is in it");
  EXPECT_EQ(OwnersText({.sockets = 9, .time_wait = 9}, false),
            "no program: TIME_WAIT has no owner any more, and all 9 sockets are in it");
  EXPECT_EQ(OwnersText({.owners = {{12, "curl", 1}}, .sockets = 9, .time_wait = 8}, false),
            "curl (PID 12) with 1 socket; 8 sockets in TIME_WAIT, which has no owner any more");
}

TEST(OwnersTextTest, OrphansAndTheUnseenAreTold) {
  EXPECT_THAT(OwnersText({.sockets = 3, .orphans = 1, .unseen = 2}, true),
              AllOf(HasSubstr("1 socket of no program"), HasSubstr("2 sockets of programs that are "
                                                                   "not seen from here: it takes "
                                                                   "CAP_SYS_PTRACE on the host")));
  EXPECT_THAT(OwnersText({.sockets = 2, .unseen = 2}, false), HasSubstr("another container's"));
}

TEST(OwnersTextTest, SocketsMayBeGone) {
  EXPECT_EQ(OwnersText({}, false), "no program: the sockets are gone");
}

}  // namespace
}  // namespace tcp_lifecycle
