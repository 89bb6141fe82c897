#include "collectors/findings.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

Page PageOf(Snapshot snapshot) {
  const FindingsCollector collector;
  collector.Conclude(snapshot);
  return {collector, snapshot};
}

constexpr char kSeries[] = "config_finding{rule=tw_reuse_without_timestamps,severity=warning}";

TEST(FindingsTest, ARuleThatIsKeptIs0) {
  const Page page = PageOf(MakeSnapshot());
  EXPECT_EQ(page[kSeries], 0);
}

TEST(FindingsTest, ARuleThatIsBrokenIs1) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = 1;
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTimestamps] = 0;
  EXPECT_EQ(PageOf(snapshot)[kSeries], 1);
}

TEST(FindingsTest, ARuleThatCannotBeCheckedHereIsAbsentAndNoError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = absl::NotFoundError("no such file");
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page[kSeries], std::nullopt);
  EXPECT_TRUE(page.status().ok()) << page.status();
}

TEST(FindingsTest, WithoutAReportNothingIsTold) {
  const Page page(FindingsCollector(), MakeSnapshot());
  EXPECT_EQ(page[kSeries], std::nullopt);
  EXPECT_TRUE(absl::IsNotFound(page.status())) << page.status();
}

TEST(FindingsTest, WhatARuleDependsOnAndFailedIsTheError) {
  Snapshot snapshot = MakeSnapshot();
  snapshot.namespaces[0].facts.sysctls[Sysctl::kTwReuse] = absl::UnavailableError("sysctls");
  const Page page = PageOf(snapshot);
  EXPECT_EQ(page[kSeries], std::nullopt);
  EXPECT_EQ(page.status(), absl::UnavailableError("sysctls"));
}

}  // namespace
}  // namespace tcp_lifecycle
