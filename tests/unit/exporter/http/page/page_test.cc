#include "exporter/http/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/http/page/html.h"
#include "tests/unit/builders.h"
#include "tests/unit/exporter/http/page/known_result.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::string_view kHostile = "<script>\"'&";

TEST(PageTest, SaysWhichHostAndWhen) {
  const std::string page = Render(KnownResult());
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("<h1>web-1</h1>"));
  EXPECT_THAT(page, HasSubstr("Namespace <b>self</b>"));
  EXPECT_THAT(page, HasSubstr("Reader <b>sock_diag</b>"));
  EXPECT_THAT(page, HasSubstr("1970-01-01 00:00:00 UTC"));
  EXPECT_THAT(page, HasSubstr("1.2.3"));
}

TEST(PageTest, WhatIsKnownIsNeverCalledUnknown) {
  ScrapeResult result = KnownResult();
  EXPECT_THAT(Render(result), Not(HasSubstr("not known by this source")));
  EXPECT_THAT(Render(result), Not(HasSubstr("Not read")));
}

TEST(PageTest, LinksAreRelativeSoThatAProxyMayAddAPath) {
  const std::string page =
      RenderPage(KnownResult(), {.hostname = "", .version = "", .telemetry_path = "/probe/tcp"},
                 absl::UnixEpoch());
  EXPECT_THAT(page, HasSubstr("href=\"probe/tcp\""));
  EXPECT_THAT(page, HasSubstr("href=\"-/assets/page.css\""));
  EXPECT_THAT(page, Not(HasSubstr("=\"/")));
}

TEST(PageTest, PortsAreDividedByWhoHoldsThem) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot& ns = NamespaceOf(result);
  ns.facts.ephemeral_ports->reserved[40000] = true;
  ns.facts.ephemeral_ports->reserved[80] = true;  // outside the range
  ns.reports.Get<PortsReport>()->blocked = {3, 2, 1};
  ns.reports.Get<PortsReport>()->used = 1006;
  const std::string ports = SectionOf(Render(result), "ports");
  EXPECT_THAT(ports, HasSubstr("32768 – 60999"));
  EXPECT_THAT(ports, HasSubstr("<dd>28,231</dd>"));
  EXPECT_THAT(ports, HasSubstr("<td>3</td>"));
  EXPECT_THAT(ports, HasSubstr("<td>1,000</td>"));
  EXPECT_THAT(ports, HasSubstr("<td>27,225</td>"));
  EXPECT_THAT(ports, HasSubstr("aria-label=\"1006 of 28231 usable ports are held\""));
}

DestinationReport FullDestination() {
  DestinationReport report;
  report.source = Ip("10.0.0.1");
  report.address = Ip("10.0.0.2");
  report.port = 6379;
  report.used = 1000;
  report.time_wait = 990;
  report.reusable = 0;
  report.utilization = {1, 1};
  return report;
}

TEST(PageTest, AFullDestinationSaysWhoAndWhenAPortComesFree) {
  ScrapeResult result = KnownResult();
  PortsReport& report = *NamespaceOf(result).reports.Get<PortsReport>();
  report.capacity.usable = 1000;
  report.utilization = {1, 1};
  report.destinations = {FullDestination()};
  report.destinations[0].seconds_to_free_port = 12;
  report.distinct_destinations = 5;
  const std::string page = Render(result);
  EXPECT_THAT(page, HasSubstr("<span class=\"full\">100 %</span>"));
  const std::string section = SectionOf(page, "destinations");
  EXPECT_THAT(section, HasSubstr("10.0.0.2:6379"));
  EXPECT_THAT(section, HasSubstr("from 10.0.0.1"));
  EXPECT_THAT(section, HasSubstr("1,000 of 1,000"));
  EXPECT_THAT(section, HasSubstr("990 in TIME_WAIT"));
  EXPECT_THAT(section, HasSubstr("the next comes free in 12 s"));
  EXPECT_THAT(section, HasSubstr("And 4 more"));
}

TEST(PageTest, BothBoundsAreShownWhereTheyDiffer) {
  ScrapeResult result = KnownResult();
  PortsReport& report = *NamespaceOf(result).reports.Get<PortsReport>();
  report.destinations = {FullDestination()};
  DestinationReport& destination = report.destinations[0];
  destination.headroom = {100, 1500};
  destination.connections_per_second = 12.5;
  destination.seconds_to_exhaustion = 40;
  destination.syn_sent = 12;
  destination.syn_sent_retransmitting = 11;
  const std::string section = SectionOf(Render(result), "destinations");
  EXPECT_THAT(section, HasSubstr("<td>100 – 1,500</td>"));
  EXPECT_THAT(section, HasSubstr("12.5 a second"));
  EXPECT_THAT(section, HasSubstr("no port is left in 40 s"));
  EXPECT_THAT(section, HasSubstr("12 in SYN_SENT, 11 have sent their SYN again"));
}

TEST(PageTest, FindingsAreSaidWorstFirstWithWhatToDo) {
  ScrapeResult result = KnownResult();
  constexpr RuleInfo kNote = {"odd", Severity::kInfo, "Make it even."};
  constexpr RuleInfo kGone = {"ports_gone", Severity::kCritical, "Get more ports."};
  NamespaceOf(result).reports.Set<FindingsReport>(
      FindingsReport{{{&kNote, "Odd."},
                      {&kGone, "All 10 are gone."},
                      {&kNote, std::nullopt},
                      {&kNote, absl::NotFoundError("not here")}}});
  const std::string section = SectionOf(Render(result), "findings");
  const size_t critical = section.find("<li class=\"critical\">");
  const size_t note = section.find("<li class=\"info\">");
  EXPECT_LT(critical, note);
  EXPECT_NE(note, std::string::npos);
  EXPECT_THAT(section, HasSubstr("All 10 are gone.<small>Get more ports. <code>ports_gone</code>"));
  EXPECT_THAT(section, HasSubstr("1 of 3 rules are kept; 1 cannot be checked here."));
}

TEST(PageTest, AnUnknownFigureIsNeverZero) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot& ns = NamespaceOf(result);
  ns.reports.Get<SocketsReport>()->knows_bound_inactive = false;
  ns.reports.Get<PortsReport>()->blocked[static_cast<size_t>(PortBlock::kBound)] = std::nullopt;
  ns.facts.sockstat->orphan = std::nullopt;
  ListenGroup group;
  group.queue = 5;
  ns.reports.Set<ListenReport>(
      ListenReport{.groups = {group}, .omitted_groups = 0, .unaccepted = std::nullopt});
  const std::string page = Render(result);
  const std::string unknown = Unknown().code;
  EXPECT_THAT(page, HasSubstr("BOUND_INACTIVE</th><td colspan=\"4\">" + unknown));
  EXPECT_THAT(SectionOf(page, "ports"), HasSubstr("<td>" + unknown));
  EXPECT_THAT(SectionOf(page, "states"), HasSubstr("<dd>" + unknown));
  EXPECT_THAT(SectionOf(page, "listen"), HasSubstr("5, limit " + unknown));
  EXPECT_THAT(SectionOf(page, "listen"), HasSubstr("<dd>" + unknown));
}

TEST(PageTest, AServerThatDoesNotCloseWhatItAcceptedIsMarked) {
  ScrapeResult result = KnownResult();
  ListenReport& report = *NamespaceOf(result).reports.Get<ListenReport>();
  report.groups.resize(2);
  report.groups[0].port = 80;
  report.groups[1].port = 8080;
  report.unclosed = {{8080, 710}, {80, 99}};
  const std::string section = SectionOf(Render(result), "listen");
  EXPECT_THAT(section, HasSubstr("710 accepted in CLOSE_WAIT: not closed here"));
  EXPECT_THAT(section, Not(HasSubstr("99 accepted")));
}

TEST(PageTest, AFailedCollectorSaysWhyAndKeepsTheFacts) {
  ScrapeResult result = KnownResult();
  NamespaceOf(result).reports.Set<PortsReport>(absl::DeadlineExceededError("cut after 2 s"));
  const std::string ports = SectionOf(Render(result), "ports");
  EXPECT_THAT(ports, HasSubstr("Not read: cut after 2 s"));
  EXPECT_THAT(ports, HasSubstr("32768 – 60999"));
  EXPECT_THAT(Render(result), HasSubstr("not read"));
}

TEST(PageTest, ACollectorThatDidNotRunIsCalledSwitchedOff) {
  ScrapeResult result = KnownResult();
  NamespaceOf(result).reports = {};
  EXPECT_THAT(SectionOf(Render(result), "keepalive"),
              HasSubstr("The collector <code>keepalive</code> is switched off."));
}

TEST(PageTest, TheHealthOfEachCollectorIsShown) {
  ScrapeResult result = KnownResult();
  result.collectors[0].status = absl::DataLossError("cut short");
  const std::string health = SectionOf(Render(result), "health");
  EXPECT_THAT(health, HasSubstr("✗ failed"));
  EXPECT_THAT(health, HasSubstr("cut short"));
  EXPECT_THAT(health, HasSubstr("✓ complete"));
}

TEST(PageTest, AFullQueueAndAListenerInTheRangeStandOut) {
  ScrapeResult result = KnownResult();
  ListenGroup group;
  group.port = 40000;
  group.in_ephemeral_range = true;
  group.listeners = 3;
  group.queue = 6;
  group.limit = 5;
  group.max_ratio = 1.2;
  NamespaceOf(result).reports.Get<ListenReport>()->groups = {group};
  const std::string page = Render(result);
  EXPECT_THAT(page, HasSubstr("<span class=\"full\">120 %</span>"));
  const std::string listen = SectionOf(page, "listen");
  EXPECT_THAT(listen, HasSubstr("[::]:40000"));
  EXPECT_THAT(listen, HasSubstr("3 sockets"));
  EXPECT_THAT(listen, HasSubstr("6 of 5 places, fullest socket 120 %\"><rect class=\"full\""));
  EXPECT_THAT(listen, HasSubstr("inside the ephemeral range"));
}

TEST(PageTest, NothingThatAHostSaysIsMarkup) {
  ScrapeResult result = KnownResult();
  NamespaceSnapshot& ns = NamespaceOf(result);
  const std::string hostile(kHostile);
  ns.facts.netns.name = hostile;
  ns.facts.sysctls[Sysctl::kTwReuse] = absl::DataLossError(hostile);
  ns.facts.sockstat = absl::DataLossError(hostile);
  ns.facts.counters.status = absl::DataLossError(hostile);
  ns.facts.ephemeral_ports = absl::DataLossError(hostile);
  ns.reports.Set<SocketsReport>(absl::DataLossError(hostile));
  ns.reports.Set<TimeWaitReport>(absl::DataLossError(hostile));
  ns.reports.Set<KeepaliveReport>(absl::DataLossError(hostile));
  ns.reports.Set<ListenReport>(absl::DataLossError(hostile));
  result.source = hostile;
  result.pass->status = absl::DataLossError(hostile);
  result.collectors[0].name = hostile;
  result.collectors[0].status = absl::DataLossError(hostile);
  const std::string page =
      RenderPage(result, {.hostname = hostile, .version = hostile, .telemetry_path = "/" + hostile},
                 absl::UnixEpoch());
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("\"'&")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;&quot;&#39;&amp;"));
}

TEST(PageTest, OtherNamespacesAreATableOfTheirOwn) {
  ScrapeResult result = KnownResult();
  EXPECT_EQ(SectionOf(Render(result), "namespaces"), "");
  NamespaceSnapshot other = NamespaceOf(result);
  other.facts.netns.name = "cni-1";
  other.facts.netns.pod_uid = "0d12";
  other.facts.netns.foreign = true;
  other.reports.Get<SocketsReport>()->counts[0][static_cast<size_t>(TcpState::kEstablished)] = 1234;
  other.reports.Get<PortsReport>()->used = 85;
  other.reports.Get<PortsReport>()->capacity.usable = 100;
  other.reports.Get<PortsReport>()->utilization = {.min = 0.85, .max = 0.9};
  ListenGroup group;
  group.port = 8080;
  group.queue = 3;
  group.limit = 2;
  group.max_ratio = 1.5;
  result.snapshot.namespaces.push_back(other);
  other.reports.Get<ListenReport>()->groups = {group};
  other.facts.netns.name = "cni-2";
  result.snapshot.namespaces.push_back(other);
  other.facts.netns.name = "ino-7";
  other.reports.Set<SocketsReport>(absl::PermissionDeniedError("needs CAP_SYS_ADMIN"));
  result.snapshot.namespaces.push_back(other);
  result.snapshot.omitted_namespaces = 3;
  const std::string section = SectionOf(Render(result), "namespaces");
  EXPECT_THAT(section, HasSubstr("cni-1</span><small>pod 0d12</small>"));
  EXPECT_LT(section.find("cni-2"), section.find("cni-1"));  // nearer to a limit
  EXPECT_THAT(section, HasSubstr("<span class=\"full\">150 %</span> <small>port 8080</small>"));
  EXPECT_THAT(section, HasSubstr("<td>no listener</td>"));
  EXPECT_THAT(Render(result), HasSubstr("<span class=\"full\">150 %</span></strong>"
                                        "<span class=\"note\">at most, in cni-2</span>"));
  EXPECT_THAT(section, HasSubstr("<td>1,234</td>"));
  EXPECT_THAT(section, HasSubstr("<td>85 of 100</td>"));
  EXPECT_THAT(section, HasSubstr("fullest destination 85.0 %\"><rect class=\"high\""));
  EXPECT_THAT(section, HasSubstr("Not read: needs CAP_SYS_ADMIN"));
  EXPECT_THAT(section, HasSubstr("And 3 more"));
}

TEST(PageTest, AResultWithoutNamespacesIsStillAPage) {
  EXPECT_THAT(Render(ScrapeResult()), HasSubstr("has read no network namespace"));
}

}  // namespace
}  // namespace tcp_lifecycle
