#include "exporter/scrape/pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <span>
#include <thread>

#include "tests/unit/exporter/scrape/pass_fixture.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(PassTest, EveryCollectorSeesTheSameStream) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  Run(Whole);
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(seen_[name].listeners, 1u);
    EXPECT_THAT(seen_[name].sockets, SizeIs(2));
    EXPECT_TRUE(seen_[name].described) << "after all had finished and concluded";
  }
}

TEST_F(PassTest, TheSourceIsAskedOnceForTheUnionOfStates) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  Run(Whole);
  ASSERT_THAT(asked_, SizeIs(1));
  EXPECT_EQ(asked_[0].states, kConnections | kTimeWait);
}

TEST_F(PassTest, EveryCollectorSeesTheRangesOfSingleSockets) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnOwnRange(Connection(40001, 443), {40000, 40009});
    return Whole(deadline, visitor);
  });
  for (const char* name : {"a", "b"}) {
    EXPECT_THAT(seen_[name].own_ranges, ElementsAre(PortRange{40000, 40009}));
    EXPECT_THAT(seen_[name].sockets, SizeIs(2));
  }
}

TEST_F(PassTest, WhetherTheSourceKnowsTheDeviceIsThereBeforeTheStream) {
  for (const bool knows : {true, false}) {
    AddCollector("a", kConnections);
    knows_scope_ = knows;
    EXPECT_EQ(Run(Whole).snapshot.source_knows_scope, knows);
  }
}

TEST_F(PassTest, WithoutACollectorThatNeedsItThereIsNoStream) {
  AddCollector("facts_only", {});
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_FALSE(result.pass.has_value());
  EXPECT_FALSE(seen_["facts_only"].finished);
  EXPECT_THAT(result.collectors.front().text, HasSubstr("facts_only_rows 0\n"));
  EXPECT_THAT(result.self_text, Not(HasSubstr("scrape_pass_")));
}

TEST_F(PassTest, EachCollectorHasItsOwnText) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  const ScrapeResult result = Run(Whole);
  ASSERT_THAT(result.collectors, SizeIs(2));
  EXPECT_EQ(result.collectors[0].name, "a");
  EXPECT_EQ(result.collectors[0].text, "# HELP a_rows Rows.\n# TYPE a_rows gauge\na_rows 3\n");
  EXPECT_THAT(result.collectors[1].text, HasSubstr("b_rows 3\n"));
}

TEST_F(PassTest, TextHasTheWantedCollectorsAndAlwaysTheSelfMetrics) {
  AddCollector("a", kConnections);
  AddCollector("b", kTimeWait);
  const std::string text = Run(Whole).Text([](absl::string_view name) { return name == "b"; });
  EXPECT_THAT(text, Not(HasSubstr("a_rows")));
  EXPECT_THAT(text, HasSubstr("b_rows 3\n"));
  EXPECT_THAT(text, HasSubstr("scrape_collector_success{collector=\"a\"} 1\n"));
}

TEST_F(PassTest, ASourceThatFailsHalfwayCostsTheStreamCollectorsOnly) {
  AddCollector("stream", kConnections);
  AddCollector("facts_only", {});
  const ScrapeResult result = Run(Broken);
  EXPECT_TRUE(absl::IsDataLoss(result.snapshot.namespaces.front().stream));
  EXPECT_TRUE(seen_["stream"].finished);
  EXPECT_THAT(result.collectors[0].text, IsEmpty());
  EXPECT_THAT(result.collectors[1].text, HasSubstr("facts_only_rows"));
  for (const char* line : {"scrape_collector_success{collector=\"stream\"} 0\n",
                           "scrape_collector_success{collector=\"facts_only\"} 1\n",
                           "scrape_namespace_success{netns=\"self\"} 0\n",
                           "scrape_pass_truncated 1\n", "scrape_pass_sockets 3\n"}) {
    EXPECT_THAT(result.self_text, HasSubstr(line));
  }
  EXPECT_FALSE(result.cut_short);
}

TEST_F(PassTest, ASourceThatMissesTheDeadlineCutsTheResultShort) {
  AddCollector("stream", kConnections);
  const auto wait = [](const Deadline& deadline, SocketVisitor&) -> absl::StatusOr<PassInfo> {
    while (!deadline.Passed()) std::this_thread::yield();
    return absl::DeadlineExceededError("late");
  };
  const ScrapeResult result = Run(wait, Deadline::After(std::chrono::milliseconds(20)));
  EXPECT_TRUE(result.cut_short);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
}

TEST_F(PassTest, AFailureOfTheStreamIsToldOnceAndNotForEachCollector) {
  AddCollector("stream", kConnections);
  Run(Broken);
  EXPECT_TRUE(absl::IsDataLoss(told_["socket stream"]));
  EXPECT_EQ(told_.count("collector stream"), 0u);
}

TEST_F(PassTest, WhatGoesWellIsToldToo) {
  AddCollector("stream", kConnections);
  Run(Whole);
  ASSERT_EQ(told_.count("collector stream"), 1u);
  EXPECT_TRUE(told_["collector stream"].ok());
}

TEST_F(PassTest, TheTimeOfACollectorIsItsOwn) {
  AddCollector("stream", kConnections);
  const auto slow = [](const Deadline& deadline, SocketVisitor& visitor) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return Whole(deadline, visitor);
  };
  const ScrapeResult result = Run(slow);
  EXPECT_GE(result.pass->duration_seconds, 0.05);
  EXPECT_LT(result.collectors[0].duration_seconds, 0.05);
  EXPECT_GT(result.collectors[0].duration_seconds, 0);
}

// Sleeps in each of its steps.
class SlowCollector : public Collector {
 public:
  static constexpr std::chrono::milliseconds kStep{10};

  absl::string_view Name() const override { return "slow"; }
  std::span<const FamilyDescriptor> Families() const override { return {}; }
  TcpStateSet States() const override { return kConnections; }
  std::unique_ptr<Accumulator> Begin(const Snapshot&) const override {
    Sleep();
    return std::make_unique<SlowAccumulator>();
  }
  void Conclude(Snapshot&) const override { Sleep(); }
  absl::Status Describe(const Snapshot&, FamilySet&) const override {
    Sleep();
    return absl::DataLossError("its own");
  }

 private:
  class SlowAccumulator : public Accumulator {
   public:
    void ObserveListeners(std::span<const Listener>) override { Sleep(); }
    void Observe(std::span<const Socket>) override { Sleep(); }
    void Finish(Snapshot&) override { Sleep(); }
  };
  static void Sleep() { std::this_thread::sleep_for(kStep); }
};

TEST_F(PassTest, TheTimeOfACollectorIsThatOfAllItsSteps) {
  parts_.collectors.push_back(std::make_unique<SlowCollector>());
  const std::chrono::duration<double> steps = 6 * SlowCollector::kStep;
  EXPECT_GE(Run(Whole).collectors[0].duration_seconds, steps.count());
}

TEST_F(PassTest, ACollectorThatFailsForAReasonOfItsOwnIsTold) {
  for (const auto& script : {Whole, Broken}) {
    told_.clear();
    parts_.collectors.push_back(std::make_unique<SlowCollector>());
    Run(script);
    EXPECT_EQ(told_["collector slow"], absl::DataLossError("its own"));
  }
}

TEST_F(PassTest, SkippedRowsAreTold) {
  AddCollector("stream", kConnections);
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, HasSubstr("skipped_rows{reason=\"unknown_state\"} 4\n"));
  EXPECT_THAT(result.self_text, HasSubstr("skipped_rows{reason=\"malformed\"} 5\n"));
}

TEST_F(PassTest, ProcessMetricsAreAbsentWhereTheyCannotBeRead) {
  process_ = absl::PermissionDeniedError("/proc/self/fd");
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, Not(HasSubstr("process_")));
  EXPECT_TRUE(absl::IsPermissionDenied(told_["process statistics"]));
}

TEST_F(PassTest, ProcessMetricsAreAbsentWhereNobodyReadsThem) {
  reads_process_ = false;
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, Not(HasSubstr("process_")));
  EXPECT_FALSE(told_.contains("process statistics"));
}

}  // namespace
}  // namespace tcp_lifecycle
