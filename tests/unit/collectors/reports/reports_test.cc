#include "collectors/reports/reports.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

struct Apples {
  int count = 0;
};
struct Pears {
  int count = 0;
};

TEST(ReportsTest, EachTypeHasItsOwnReport) {
  Reports reports;
  reports.Set<Apples>(Apples{1});
  reports.Set<Pears>(Pears{2});
  EXPECT_EQ(reports.Get<Apples>()->count, 1);
  EXPECT_EQ(reports.Get<Pears>()->count, 2);
  reports.Set<Apples>(Apples{3});
  EXPECT_EQ(reports.Get<Apples>()->count, 3);
  EXPECT_TRUE(reports.StatusOf<Apples>().ok());
}

TEST(ReportsTest, AFailureIsNoReportAndSaysWhy) {
  Reports reports;
  reports.Set<Apples>(absl::DataLossError("lost"));
  EXPECT_EQ(reports.Get<Apples>(), nullptr);
  ASSERT_NE(reports.Find<Apples>(), nullptr);
  EXPECT_EQ(reports.Find<Apples>()->status(), absl::DataLossError("lost"));
  EXPECT_EQ(reports.StatusOf<Apples>(), absl::DataLossError("lost"));
}

TEST(ReportsTest, WhatNobodyLeftIsSwitchedOff) {
  Reports reports;
  reports.Set<Apples>(Apples{1});
  EXPECT_EQ(reports.Find<Pears>(), nullptr);
  EXPECT_EQ(reports.Get<Pears>(), nullptr);
  EXPECT_EQ(reports.StatusOf<Pears>(), absl::NotFoundError("its collector is switched off"));
}

TEST(ReportsTest, WhatIsRemovedWasNeverThere) {
  Reports reports;
  reports.Set<Apples>(Apples{1});
  reports.Remove<Apples>();
  EXPECT_EQ(reports.Find<Apples>(), nullptr);
}

TEST(ReportsTest, ACopyIsItsOwn) {
  Reports reports;
  reports.Set<Apples>(Apples{1});
  const Reports copy = reports;
  reports.Get<Apples>()->count = 2;
  EXPECT_EQ(copy.Get<Apples>()->count, 1);
}

}  // namespace
}  // namespace tcp_lifecycle
