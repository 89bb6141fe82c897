#include "collectors/netstat.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

Page PageOf(const Snapshot& snapshot) { return Page(NetstatCollector(), snapshot); }

TEST(NetstatTest, EachSeriesHasTheValueOfItsOwnCounter) {
  const Page page = PageOf(MakeSnapshot());
  EXPECT_TRUE(page.status().ok()) << page.status();
  const std::map<std::string, std::string> series = {
      {"active_opens_total", "ActiveOpens"},
      {"passive_opens_total", "PassiveOpens"},
      {"attempt_fails_total", "AttemptFails"},
      {"established_resets_total", "EstabResets"},
      {"retransmitted_segments_total", "RetransSegs"},
      {"syn_retransmits_total", "TCPSynRetrans"},
      {"aborts_total{reason=data}", "TCPAbortOnData"},
      {"aborts_total{reason=close}", "TCPAbortOnClose"},
      {"aborts_total{reason=memory}", "TCPAbortOnMemory"},
      {"aborts_total{reason=timeout}", "TCPAbortOnTimeout"},
      {"aborts_total{reason=linger}", "TCPAbortOnLinger"},
      {"aborts_total{reason=failed}", "TCPAbortFailed"},
      {"paws_rejected_total{reason=active}", "PAWSActive"},
      {"paws_rejected_total{reason=established}", "PAWSEstab"},
      {"paws_rejected_total{reason=time_wait}", "PAWSTimewait"},
      {"paws_rejected_total{reason=passive}", "PAWSPassive"},
      {"syncookies_total{event=sent}", "SyncookiesSent"},
      {"syncookies_total{event=received}", "SyncookiesRecv"},
      {"syncookies_total{event=failed}", "SyncookiesFailed"},
      {"request_queue_full_total{action=cookie}", "TCPReqQFullDoCookies"},
      {"request_queue_full_total{action=drop}", "TCPReqQFullDrop"},
  };
  std::map<std::string, double> values;
  for (size_t i = 0; i < kTcpCounterCount; ++i) {
    values[std::string(kTcpCounterTable[i].name)] = 1000 + static_cast<double>(i);
  }
  for (const auto& [name, counter] : series) EXPECT_EQ(page[name], values.at(counter)) << name;
  EXPECT_EQ(page.size(), series.size());
}

TEST(NetstatTest, ACounterThatThisKernelDoesNotHaveIsAbsentAndNoError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.counters[TcpCounter::kPawsPassive].reset();
  const Page page = PageOf(snapshot);
  EXPECT_TRUE(page.status().ok());
  EXPECT_EQ(page["paws_rejected_total{reason=passive}"], std::nullopt);
  EXPECT_TRUE(page["paws_rejected_total{reason=active}"].has_value());
}

TEST(NetstatTest, UnreadableCountersAreAnErrorAndNothingElse) {
  Snapshot snapshot = MakeSnapshot();
  FailFacts(snapshot.namespaces[0].facts);
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page.status(), absl::UnavailableError("counters"));
  EXPECT_EQ(page.size(), 0);
}

TEST(NetstatTest, CountersAreTheOwnNamespacesAlone) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces.push_back(MakeNamespace("other"));
  snapshot.namespaces[1].facts.counters[TcpCounter::kActiveOpens] = 7;
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page["active_opens_total"], 1000);
  EXPECT_EQ(page["active_opens_total{netns=other}"], std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
