#include "exporter/scrape/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const CollectorNames kNames = {{"sockets", "ports", "sysctl"}, {"sockets", "ports"}};

TEST(ParseFilterTest, WithoutParametersEveryCollectorIsWanted) {
  const auto filter = ParseFilter({}, {}, kNames);
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE(filter->Wants("sockets"));
  EXPECT_TRUE(filter->Wants("ports"));
}

TEST(ParseFilterTest, CollectLetsInTheNamedOnesOnly) {
  const auto filter = ParseFilter({"ports"}, {}, kNames);
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE(filter->Wants("ports"));
  EXPECT_FALSE(filter->Wants("sockets"));
}

TEST(ParseFilterTest, ExcludeKeepsTheNamedOnesOut) {
  const auto filter = ParseFilter({}, {"ports"}, kNames);
  ASSERT_TRUE(filter.ok());
  EXPECT_FALSE(filter->Wants("ports"));
  EXPECT_TRUE(filter->Wants("sockets"));
}

TEST(ParseFilterTest, CollectAndExcludeTogetherAreRefused) {
  const auto filter = ParseFilter({"ports"}, {"sockets"}, kNames);
  EXPECT_TRUE(absl::IsInvalidArgument(filter.status()));
  EXPECT_THAT(filter.status().message(), HasSubstr("cannot be combined"));
}

TEST(ParseFilterTest, AnUnknownNameIsNamedAndTheKnownOnesListed) {
  const auto filter = ParseFilter({"ports", "sokets"}, {}, kNames);
  EXPECT_TRUE(absl::IsInvalidArgument(filter.status()));
  EXPECT_EQ(filter.status().message(),
            "collect[]: unknown collector \"sokets\"; known are sockets, ports, sysctl");
}

TEST(ParseFilterTest, ADisabledCollectorIsCalledDisabled) {
  const auto filter = ParseFilter({}, {"sysctl"}, kNames);
  EXPECT_TRUE(absl::IsInvalidArgument(filter.status()));
  EXPECT_EQ(filter.status().message(), "exclude[]: collector \"sysctl\" is disabled");
}

TEST(ParseFilterTest, AnOverlongOrUnprintableNameIsShownShortAndEscaped) {
  const auto filter = ParseFilter({"\n\x01" + std::string(1000, 'x')}, {}, kNames);
  EXPECT_THAT(filter.status().message(), HasSubstr("\\n\\x01xxx"));
  EXPECT_THAT(filter.status().message(), Not(HasSubstr(std::string(63, 'x'))));
}

}  // namespace
}  // namespace tcp_lifecycle
