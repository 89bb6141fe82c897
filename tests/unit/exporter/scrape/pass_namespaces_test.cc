#include "exporter/scrape/pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/unit/exporter/scrape/pass_fixture.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(PassTest, TheSourceIsToldHowManySocketsCanBeBoundUnseen) {
  for (const auto& [others, bound] :
       std::map<std::vector<std::string>, uint64_t>{{{}, 20}, {{"b"}, 10}, {{"b", "unread"}, 10}}) {
    AddCollector("a", kConnections);
    others_ = others;
    const ScrapeResult result = Run(Whole);
    EXPECT_EQ(asked_.back().most_bound_inactive, bound);
    EXPECT_EQ(result.snapshot.most_bound_inactive, bound);
  }
}

TEST_F(PassTest, WhatOpensWhileOtherNamespacesAreReadIsNotTakenFromTheHost) {
  AddCollector("a", kConnections);
  allocated_afterwards_ = 33;
  EXPECT_EQ(Run(Whole).snapshot.most_bound_inactive, 20) << "one namespace is read at once";
  AddCollector("a", kConnections);
  others_ = {"b"};
  EXPECT_EQ(Run(Whole).snapshot.most_bound_inactive, 13);
}

TEST_F(PassTest, ANamespaceThatFailsCostsNoOther) {
  AddCollector("a", kConnections);
  others_ = {"b", "c"};
  const ScrapeResult result = Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnFailure(1, absl::PermissionDeniedError("closed"));
    return Whole(deadline, visitor);
  });
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"self\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 0\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"c\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 0\n"));
  EXPECT_TRUE(result.collectors.front().status.ok());
  EXPECT_TRUE(told_["socket stream"].ok());
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("closed"));
}

TEST_F(PassTest, TheOwnNamespaceThatFailsCostsNoOther) {
  AddCollector("a", kConnections);
  others_ = {"b"};
  const ScrapeResult result = Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnFailure(0, absl::DataLossError("lost"));
    return Whole(deadline, visitor);
  });
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"self\"} 0\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
  EXPECT_THAT(result.self_text, Not(HasSubstr("skipped_rows"))) << "nobody knows how many";
  EXPECT_TRUE(absl::IsDataLoss(told_["socket stream"]));
  EXPECT_TRUE(told_["other network namespaces"].ok());
}

TEST_F(PassTest, ANamespaceWhoseFactsFailIsNoSuccessAlsoWhereNobodyNeedsSockets) {
  AddCollector("facts_only", {});
  others_ = {"b", "unread"};
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"unread\"} 0\n"));
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("unread"));
  others_ = {"unread", "b", "unread", "unread"};
  AddCollector("facts_only", {});
  Run(Whole);
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("unread; and 2 more"));
}

// The families of CountingCollector are made of its ports, and of no settings.
TEST_F(PassTest, AFactThatNoFamilyIsMadeOfCostsANamespaceNothing) {
  AddCollector("facts_only", {});
  others_ = {"without_settings"};
  EXPECT_THAT(Run(Whole).self_text,
              HasSubstr("scrape_namespace_success{netns=\"without_settings\"} 1\n"));
}

TEST_F(PassTest, ASettingThatAFamilyIsMadeOfMustBeReadWhereTheKernelHasIt) {
  AddCollector("facts_only", {}, {Fact::kSysctls});
  others_ = {"b", "without_settings"};
  const ScrapeResult result = Run(Whole);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"b\"} 1\n"));
  EXPECT_THAT(result.self_text,
              HasSubstr("scrape_namespace_success{netns=\"without_settings\"} 0\n"));
  EXPECT_EQ(told_["other network namespaces"], absl::PermissionDeniedError("settings"));
}

TEST_F(PassTest, ANamespaceForWhichThereWasNoTimeCutsThePass) {
  AddCollector("a", kConnections);
  others_ = {"b"};
  const ScrapeResult result = Run([](const Deadline& deadline, SocketVisitor& visitor) {
    visitor.OnFailure(1, absl::DeadlineExceededError("late"));
    return Whole(deadline, visitor);
  });
  EXPECT_TRUE(result.cut_short);
  EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
  EXPECT_THAT(result.self_text, HasSubstr("skipped_rows{reason=\"malformed\"} 5\n"));
  EXPECT_TRUE(result.collectors.front().status.ok());
}

TEST_F(PassTest, NamespacesThatTakeTheirTimeLeaveSomeForTheSockets) {
  const struct {
    bool slow_lister;
    std::vector<std::string> others;
  } cases[] = {{true, {}}, {false, {"slow"}}, {true, {"slow"}}};
  for (const auto& [slow_lister, others] : cases) {
    AddCollector("stream", kConnections);
    slow_lister_ = slow_lister;
    others_ = others;
    const Deadline deadline = Deadline::After(std::chrono::milliseconds(600));
    const auto leaves_time = [](const Deadline& until, SocketVisitor& visitor) {
      EXPECT_FALSE(until.Passed());
      return Whole(until, visitor);
    };
    const ScrapeResult result = Run(leaves_time, deadline);
    EXPECT_FALSE(deadline.Passed());
    EXPECT_TRUE(result.cut_short);
    EXPECT_TRUE(result.collectors.front().status.ok());
    EXPECT_THAT(result.self_text, HasSubstr("scrape_namespace_success{netns=\"self\"} 1\n"));
    EXPECT_THAT(result.self_text, HasSubstr("scrape_pass_truncated 1\n"));
    for (const std::string& other : others) {
      EXPECT_THAT(result.self_text, HasSubstr(absl::StrCat("{netns=\"", other, "\"} 0\n")));
    }
  }
}

}  // namespace
}  // namespace tcp_lifecycle
