#include "collectors/counters.h"

#include <gtest/gtest.h>

#include "collectors/list.h"
#include "collectors/metrics/family_set.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

constexpr FamilyDescriptor kPlain = Counter("plain_total", {}, "", "");
constexpr FamilyDescriptor kLabelled = Counter("labelled_total", {"kind"}, "", "");
constexpr std::array<CounterSeries, 2> kTable = {{
    {TcpCounter::kActiveOpens, &kPlain},
    {TcpCounter::kPassiveOpens, &kLabelled, "passive"},
}};

TEST(CountersTest, ASeriesHasItsLabelIfItHasOne) {
  FamilySet out;
  ASSERT_TRUE(AddCounters(kTable, MakeNamespace("self").facts, out).ok());
  ASSERT_EQ(out.families().size(), 2);
  EXPECT_EQ(out.families()[0].metric[0].label.size(), 1);
  EXPECT_EQ(out.families()[0].metric[0].counter.value, 1000);
  EXPECT_EQ(out.families()[1].metric[0].label[1].name, "kind");
  EXPECT_EQ(out.families()[1].metric[0].label[1].value, "passive");
  EXPECT_EQ(out.families()[1].metric[0].counter.value, 1001);
}

TEST(CountersTest, ACounterThatTheKernelLacksHasNoFamily) {
  NamespaceFacts facts = MakeNamespace("self").facts;
  facts.counters[TcpCounter::kPassiveOpens].reset();
  FamilySet out;
  ASSERT_TRUE(AddCounters(kTable, facts, out).ok());
  ASSERT_EQ(out.families().size(), 1);
  EXPECT_EQ(out.families()[0].name, "tcp_lifecycle_plain_total");
}

TEST(CountersTest, TheErrorOfReadingThemIsHandedOn) {
  NamespaceFacts facts = MakeNamespace("self").facts;
  FailFacts(facts);
  FamilySet out;
  EXPECT_EQ(AddCounters(kTable, facts, out), absl::UnavailableError("counters"));
  EXPECT_TRUE(out.families().empty());
}

// Two collectors with one counter would put it on the page twice; one with none would lose it.
TEST(CountersTest, EveryCounterOfTheKernelIsOnThePageOnce) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.connect_events = absl::NotFoundError("those are of BPF");
  FamilySet out;
  for (const auto& collector : MakeCollectors()) {
    collector->Describe(snapshot, out).IgnoreError();
  }
  std::vector<int> seen(kTcpCounterCount);
  for (const prometheus::MetricFamily& family : out.families()) {
    if (family.type != prometheus::MetricType::Counter) continue;
    for (const auto& series : family.metric) {
      ++seen.at(static_cast<size_t>(series.counter.value) - 1000);
    }
  }
  EXPECT_EQ(seen, std::vector<int>(kTcpCounterCount, 1));
}

}  // namespace
}  // namespace tcp_lifecycle
