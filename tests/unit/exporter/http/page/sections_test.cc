// The figures of each section, beyond what page_test.cc says of the page as a whole.
#include "exporter/http/page/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/unit/builders.h"
#include "tests/unit/exporter/http/page/known_result.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Section(const ScrapeResult& result, absl::string_view id) {
  return SectionOf(Render(result), id);
}

// The tile that leads to a section.
std::string TileOf(const ScrapeResult& result, absl::string_view section) {
  const std::string page = Render(result);
  const size_t from = page.find(absl::StrCat("<li><a href=\"#", section, "\""));
  return from == std::string::npos ? "" : page.substr(from, page.find("</li>", from) - from);
}

size_t Count(const std::string& text, const std::string& part) {
  return std::vector<absl::string_view>(absl::StrSplit(text, part)).size() - 1;
}

// Half of 1,000 ports are held.
DestinationReport HalfFull() {
  DestinationReport report;
  report.source = Ip("10.0.0.1");
  report.address = Ip("10.0.0.2");
  report.port = 443;
  report.used = 500;
  report.headroom = {500, 500};
  report.utilization = {0.5, 0.5};
  return report;
}

std::string DestinationsOf(std::vector<DestinationReport> destinations, size_t distinct = 0,
                           size_t namespaces = 1) {
  ScrapeResult result = KnownResult();
  PortsReport& report = *NamespaceOf(result).reports.Get<PortsReport>();
  report.capacity.usable = 1000;
  report.distinct_destinations = std::max(distinct, destinations.size());
  report.destinations = std::move(destinations);
  result.snapshot.namespaces.resize(namespaces);
  return Section(result, "destinations");
}

TEST(DestinationsSectionTest, OneThatIsWellHasItsFiguresAlone) {
  EXPECT_THAT(
      DestinationsOf({HalfFull()}),
      AllOf(HasSubstr("500 of 1,000<svg"), HasSubstr("aria-label=\"500 of 1000 ports\""),
            HasSubstr("<small class=\"\">0 in TIME_WAIT</small>"), HasSubstr("<td>500</td>"),
            Not(HasSubstr("attention")), Not(HasSubstr("reusable")), Not(HasSubstr("a second")),
            Not(HasSubstr("more"))));
}

TEST(DestinationsSectionTest, ReusablePortsAreCountedAndDrawnAsFree) {
  DestinationReport report = HalfFull();
  report.time_wait = 400;
  report.reusable = 300;
  EXPECT_THAT(DestinationsOf({report}),
              AllOf(HasSubstr("400 in TIME_WAIT, 300 of them reusable"),
                    HasSubstr("<rect class=\"used\" x=\"0.00%\" width=\"20.00%\""),
                    HasSubstr("<rect class=\"free\" x=\"20.00%\" width=\"30.00%\"")));
}

TEST(DestinationsSectionTest, WithoutATimeWaitAPortComesFreeWhenASocketCloses) {
  DestinationReport report = HalfFull();
  report.headroom = {0, 0};
  EXPECT_THAT(DestinationsOf({report}),
              HasSubstr("no port left until a socket that holds one closes"));
}

TEST(DestinationsSectionTest, AFewThatAreNotAnsweredOrNotClosedAreNoTrouble) {
  DestinationReport report = HalfFull();
  report.syn_sent = report.syn_sent_retransmitting = report.close_wait = 9;
  EXPECT_THAT(DestinationsOf({report}),
              AllOf(Not(HasSubstr("SYN_SENT")), Not(HasSubstr("CLOSE_WAIT"))));
}

TEST(DestinationsSectionTest, OnlyTheTroubleThatThereIsIsTold) {
  DestinationReport report = HalfFull();
  report.close_wait = 12;
  EXPECT_THAT(DestinationsOf({report}),
              AllOf(HasSubstr("12 in CLOSE_WAIT: not closed here"), Not(HasSubstr("SYN_SENT"))));
  report.close_wait = 0;
  report.syn_sent = 12;
  EXPECT_THAT(DestinationsOf({report}),
              AllOf(HasSubstr("12 in SYN_SENT, 0 have"), Not(HasSubstr("CLOSE_WAIT"))));
}

TEST(DestinationsSectionTest, TenAreShownAndTheOthersCounted) {
  const std::string section = DestinationsOf(std::vector<DestinationReport>(12, HalfFull()), 15);
  EXPECT_EQ(Count(section, "10.0.0.2:443"), 10u);
  EXPECT_THAT(section, HasSubstr("And 5 more.<"));
  EXPECT_THAT(DestinationsOf({HalfFull()}, 3, 2),
              HasSubstr("And 2 more, those of other network namespaces among them.<"));
}

TEST(DestinationsSectionTest, WithoutAnyThatIsSaid) {
  EXPECT_THAT(DestinationsOf({}), HasSubstr("No outbound connections."));
}

TEST(KeyFiguresTest, TilesHaveTheirTotals) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot& ns = NamespaceOf(result);
  auto& counts = ns.reports.Get<SocketsReport>()->counts;
  for (auto& family : counts) {
    family[static_cast<size_t>(TcpState::kEstablished)] = 700;
    family[static_cast<size_t>(TcpState::kCloseWait)] = 4;
  }
  ns.reports.Get<TimeWaitReport>()->sockets = {30, 20, 4};
  ns.reports.Get<KeepaliveReport>()->unanswered = {5, 2, 1};
  ns.reports.Get<PortsReport>()->used = 14116;
  EXPECT_THAT(TileOf(result, "states"),
              AllOf(HasSubstr("<strong>1,400</strong>"), HasSubstr("8 in CLOSE_WAIT")));
  EXPECT_THAT(TileOf(result, "time-wait"),
              AllOf(HasSubstr("<strong>54</strong>"), HasSubstr("30 outbound")));
  EXPECT_THAT(TileOf(result, "keepalive"), HasSubstr("<strong>8</strong>"));
  EXPECT_THAT(TileOf(result, "ports"),
              AllOf(HasSubstr("<strong>50.0 %</strong>"), HasSubstr("14,116 of 28,232")));
  EXPECT_THAT(TileOf(result, "destinations"), HasSubstr("no destinations"));
  EXPECT_THAT(TileOf(result, "listen"), HasSubstr("<strong>none</strong>"));
}

TEST(KeyFiguresTest, TheFullestDestinationNeedNotBeTheFirst) {
  ScrapeResult result = KnownResult();
  DestinationReport fuller = HalfFull();
  fuller.port = 444;
  fuller.utilization = {0.6, 0.6};
  PortsReport& report = *NamespaceOf(result).reports.Get<PortsReport>();
  report.destinations = {HalfFull(), fuller};
  report.utilization = {0.6, 0.6};
  EXPECT_THAT(TileOf(result, "destinations"),
              AllOf(HasSubstr("60.0 %"), HasSubstr("10.0.0.2:444")));
}

TEST(KeyFiguresTest, AQueueWithoutAKnownLimitIsANumber) {
  ScrapeResult result = KnownResult();
  ListenGroup group;
  group.port = 80;
  group.queue = 5;
  NamespaceOf(result).reports.Get<ListenReport>()->groups = {group};
  EXPECT_THAT(TileOf(result, "listen"),
              AllOf(HasSubstr("<strong>5</strong>"), HasSubstr("its limit is not known")));
}

TEST(KeyFiguresTest, TheTileOfOthersLeavesTheOwnNamespaceOut) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot other = NamespaceOf(result);
  NamespaceOf(result).reports.Get<PortsReport>()->utilization = {1, 1};
  EXPECT_EQ(TileOf(result, "namespaces"), "");
  other.facts.netns.name = "cni-1";
  other.facts.netns.foreign = true;
  other.reports.Get<PortsReport>()->utilization = {0.3, 0.3};
  result.snapshot.namespaces.push_back(other);
  EXPECT_THAT(TileOf(result, "namespaces"),
              AllOf(HasSubstr("30.0 %"), HasSubstr("at most, in cni-1")));
}

TEST(PortsSectionTest, ReservedPortsAreThoseOfTheRange) {
  ScrapeResult result = KnownResult();
  NamespaceOf(result).facts.ephemeral_ports->reserved[40000] = true;
  NamespaceOf(result).facts.ephemeral_ports->reserved[80] = true;
  EXPECT_THAT(Section(result, "ports"),
              HasSubstr("<dt>Reserved in it<small></small></dt><dd>1</dd>"));
}

TEST(PortsSectionTest, TheBarIsDividedAsTheTableIs) {
  ScrapeResult result = KnownResult();
  NamespaceOf(result).facts.ephemeral_ports->range = {40000, 40099};
  PortsReport& report = *NamespaceOf(result).reports.Get<PortsReport>();
  report.blocked = {10, 5, 15};
  report.used = 50;
  const std::string ports = Section(result, "ports");
  for (const char* segment :
       {"<rect class=\"listen\" x=\"0.00%\" width=\"10.00%\"",
        "<rect class=\"bound\" x=\"10.00%\" width=\"5.00%\"",
        "<rect class=\"inbound\" x=\"15.00%\" width=\"15.00%\"",
        "<rect class=\"used\" x=\"30.00%\" width=\"20.00%\"", "<td>10</td><td>10.0 %</td>",
        "<td>20</td><td>20.0 %</td>", "<td>50</td><td>50.0 %</td>"}) {
    EXPECT_THAT(ports, HasSubstr(segment));
  }
}

TEST(TimeWaitSectionTest, SocketsAreDividedByWhoOpenedThem) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot& ns = NamespaceOf(result);
  ns.facts.sockstat->time_wait = 85;
  ns.facts.sysctls[Sysctl::kMaxTwBuckets] = 100;
  TimeWaitReport& report = *ns.reports.Get<TimeWaitReport>();
  report.sockets = {30, 60, 10};
  report.outbound_remaining.Add(59'000);
  const std::string section = Section(result, "time-wait");
  for (const char* part : {"aria-label=\"100 sockets in TIME_WAIT\"",
                           "<rect class=\"used\" x=\"0.00%\" width=\"30.00%\"",
                           "<rect class=\"inbound\" x=\"30.00%\" width=\"60.00%\"",
                           "<rect class=\"free\" x=\"90.00%\" width=\"10.00%\"", "85 of 100<svg",
                           "aria-label=\"85 of 100 buckets\"><rect class=\"high\"",
                           "<span class=\"count\">1</span>"}) {
    EXPECT_THAT(section, HasSubstr(part));
  }
}

TEST(StatesSectionTest, BarsAreMeasuredByTheMostFrequentState) {
  ScrapeResult result = KnownResult();
  auto& counts = NamespaceOf(result).reports.Get<SocketsReport>()->counts;
  const auto bar = [](uint64_t total, const char* width) {
    return absl::StrCat(R"(aria-label=")", total,
                        R"( sockets"><rect class="used" x="0.00%" width=")", width);
  };
  counts[0][static_cast<size_t>(TcpState::kListen)] = 1;
  EXPECT_THAT(Section(result, "states"), HasSubstr(bar(1, "100.00%")));
  counts[0][static_cast<size_t>(TcpState::kEstablished)] = 30;
  counts[1][static_cast<size_t>(TcpState::kEstablished)] = 10;
  counts[1][static_cast<size_t>(TcpState::kCloseWait)] = 10;
  EXPECT_THAT(Section(result, "states"),
              AllOf(HasSubstr("ESTABLISHED</th><td>30</td><td>10</td><td>40</td>"),
                    HasSubstr(bar(40, "100.00%")), HasSubstr(bar(10, "25.00%"))));
}

TEST(StatesSectionTest, MemoryIsInKibibytesOfItsLimit) {
  ScrapeResult result = KnownResult();
  NamespaceFacts& facts = NamespaceOf(result).facts;
  facts.sockstat->memory_bytes = 4 << 20;
  facts.socket_memory_limit->high_bytes = 64 << 20;
  EXPECT_THAT(Section(result, "states"), HasSubstr("<dd>4,096 of 65,536 KiB</dd>"));
  facts.socket_memory_limit = absl::NotFoundError("");
  EXPECT_THAT(Section(result, "states"), HasSubstr("<dd>4,096 KiB</dd>"));
}

TEST(KeepaliveSectionTest, SocketsAreDividedBySetting) {
  ScrapeResult result = KnownResult();
  KeepaliveReport& report = *NamespaceOf(result).reports.Get<KeepaliveReport>();
  report.sockets = {20, 70, 10};
  report.unanswered = {4, 0, 3};
  report.remaining.Add(8'000'000);
  const std::string section = Section(result, "keepalive");
  for (const char* part :
       {"100 sockets in ESTABLISHED or CLOSE_WAIT",
        "<rect class=\"used\" x=\"0.00%\" width=\"20.00%\"",
        "<rect class=\"bound\" x=\"20.00%\" width=\"70.00%\"", "<td>70</td>",
        "<dt>1 probe<small></small></dt><dd><span class=\"attention\">4</span>",
        "<dt>2 probes<small></small></dt><dd><span class=\"calm\">0</span>",
        "<dt>3+ probes<small></small></dt><dd><span class=\"attention\">3</span>",
        "<span class=\"count\">1</span>"}) {
    EXPECT_THAT(section, HasSubstr(part));
  }
}

TEST(ListenSectionTest, AGroupOfOneSaysNoNumberAndOneOfTwoDoes) {
  ScrapeResult result = KnownResult();
  ListenReport& report = *NamespaceOf(result).reports.Get<ListenReport>();
  report.groups.resize(1);
  report.groups[0].listeners = 1;
  EXPECT_THAT(Section(result, "listen"), Not(HasSubstr(" sockets</small>")));
  report.groups[0].listeners = 2;
  EXPECT_THAT(Section(result, "listen"), HasSubstr("<small>2 sockets</small>"));
}

TEST(ListenSectionTest, AHundredThatAreNotClosedAreATrouble) {
  ScrapeResult result = KnownResult();
  ListenReport& report = *NamespaceOf(result).reports.Get<ListenReport>();
  report.groups.resize(1);
  report.groups[0].port = 80;
  report.unclosed = {{8080, 100}, {80, 100}};
  EXPECT_THAT(Section(result, "listen"),
              AllOf(HasSubstr("100 accepted in CLOSE_WAIT"), HasSubstr("<dd>200</dd>")));
}

TEST(ListenSectionTest, TheOmittedAreCounted) {
  ScrapeResult result = KnownResult();
  EXPECT_THAT(Section(result, "listen"), HasSubstr("Nothing listens in this namespace."));
  NamespaceOf(result).reports.Get<ListenReport>()->omitted_groups = 1200;
  EXPECT_THAT(Section(result, "listen"), HasSubstr("And 1,200 more, with emptier queues."));
}

TEST(NamespacesSectionTest, APodIsNamedWhereItsNameIsNotTheNamespaces) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot other = NamespaceOf(result);
  other.facts.netns.foreign = true;
  for (const char* pod : {"", "0d12"}) {
    other.facts.netns.name = "0d12";
    other.facts.netns.pod_uid = pod;
    result.snapshot.namespaces.push_back(other);
  }
  EXPECT_THAT(Section(result, "namespaces"),
              AllOf(HasSubstr("0d12</span></th>"), Not(HasSubstr("<small>pod"))));
}

TEST(NamespacesSectionTest, WhatOfOneCouldNotBeReadHasItsReason) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot other = NamespaceOf(result);
  other.facts.netns.foreign = true;
  other.reports.Set<ListenReport>(absl::DataLossError("no listeners"));
  other.reports.Set<PortsReport>(absl::DataLossError("no ports"));
  result.snapshot.namespaces.push_back(other);
  EXPECT_THAT(Section(result, "namespaces"),
              AllOf(HasSubstr("Not read: no listeners"), HasSubstr("Not read: no ports"),
                    Not(HasSubstr("more, beyond"))));
}

TEST(NamespacesSectionTest, ThatAllOthersAreOmittedIsSaid) {
  ScrapeResult result = KnownResult();
  result.snapshot.omitted_namespaces = 3;
  EXPECT_THAT(Section(result, "namespaces"), HasSubstr("And 3 more, beyond"));
}

TEST(HealthSectionTest, ThePassHasItsFigures) {
  ScrapeResult result = KnownResult();
  result.pass = PassOutcome{absl::DataLossError("cut short"), 0.25, 12'345};
  EXPECT_THAT(Section(result, "health"),
              AllOf(HasSubstr("<dd>12,345</dd>"), HasSubstr("<dd>250 ms</dd>"),
                    HasSubstr("Not read: cut short")));
  result.pass.reset();
  EXPECT_THAT(Section(result, "health"), HasSubstr("No collector reads sockets."));
}

TEST(SettingsSectionTest, ASettingHasItsValueOrIsAbsent) {
  ScrapeResult result = KnownResult();
  NamespaceOf(result).facts.sysctls[Sysctl::kFinTimeout] = 61;
  NamespaceOf(result).facts.sysctls[Sysctl::kTwRecycle] = absl::NotFoundError("");
  NamespaceOf(result).facts.sysctls[Sysctl::kTimestamps] = absl::DataLossError("bad bytes");
  EXPECT_THAT(
      Section(result, "settings"),
      AllOf(HasSubstr("tcp_fin_timeout</dt><dd>61</dd>"),
            HasSubstr("tcp_tw_recycle</dt><dd>" + Absent().code),
            HasSubstr("tcp_timestamps</dt><dd>" + Problem(absl::DataLossError("bad bytes")).code)));
}

}  // namespace
}  // namespace tcp_lifecycle
