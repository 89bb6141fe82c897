#include "exporter/doctor/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr PortCapacity kCapacity = {.usable = kTestPorts};

ReuseRule RuleWith(int64_t tw_reuse) {
  Sysctls sysctls;
  sysctls[Sysctl::kTwReuse] = tw_reuse;
  sysctls[Sysctl::kTimestamps] = 1;
  return ReuseRule(sysctls);
}

DoctorDestination ForeseeWith(const DestinationReport& report, int64_t tw_reuse = 0) {
  return Foresee(report, kCapacity, RuleWith(tw_reuse));
}

TEST(OutlookTest, WithPortsLeftThereIsNothingToSay) {
  const DoctorDestination destination = ForeseeWith(DestinationOf(9));
  EXPECT_EQ(destination.outlook, Outlook::kOpen);
  EXPECT_FALSE(destination.exhausted());
  EXPECT_THAT(ShortOutlook(destination), IsEmpty());
  EXPECT_THAT(OutlookSentence(destination), IsEmpty());
}

TEST(OutlookTest, LiveConnectionsGiveTheirPortsBackWhenTheyClose) {
  const DoctorDestination destination = ForeseeWith(DestinationOf(10));
  EXPECT_EQ(destination.outlook, Outlook::kFreedByClosing);
  EXPECT_TRUE(destination.exhausted());
  EXPECT_EQ(ShortOutlook(destination), "full");
  EXPECT_THAT(OutlookSentence(destination), HasSubstr("only when a connection closes"));
}

TEST(OutlookTest, ATimeWaitGivesItsPortBackWhenItEnds) {
  DestinationReport report = DestinationOf(10, 4);
  report.seconds_to_free_port = 56.2;
  const DoctorDestination destination = ForeseeWith(report);
  EXPECT_EQ(destination.outlook, Outlook::kFreedByExpiry);
  EXPECT_EQ(ShortOutlook(destination), "port in 56.2 s");
  EXPECT_EQ(OutlookSentence(destination),
            "192.0.2.1 -> 192.0.2.2:6379: connect() fails now; the next port comes free in 56.2 s, "
            "when its TIME_WAIT ends.");
}

TEST(OutlookTest, WithReuseATimeWaitGivesItsPortBackAfterTheDelay) {
  DestinationReport report = DestinationOf(10, 4);
  report.seconds_to_free_port = 0.68;
  const DoctorDestination destination = ForeseeWith(report, 1);
  EXPECT_EQ(destination.outlook, Outlook::kFreedByReuse);
  EXPECT_EQ(ShortOutlook(destination), "port in 0.7 s");
  EXPECT_THAT(OutlookSentence(destination),
              HasSubstr("the next port comes free in 0.7 s by tcp_tw_reuse, provided that the peer "
                        "sends timestamps."));
}

TEST(OutlookTest, ReuseForLoopbackDoesNotHelpOtherDestinations) {
  DestinationReport report = DestinationOf(10, 4);
  report.seconds_to_free_port = 3;
  EXPECT_EQ(ForeseeWith(report, 2).outlook, Outlook::kFreedByExpiry);
  report.address = Ip("127.0.0.2");
  EXPECT_EQ(ForeseeWith(report, 2).outlook, Outlook::kFreedByReuse);
}

TEST(OutlookTest, AReusableTimeWaitIsAsGoodAsAFreePort) {
  DestinationReport report = DestinationOf(10, 4);
  report.reusable = 3;
  report.headroom = {0, 3};
  const DoctorDestination destination = ForeseeWith(report, 1);
  EXPECT_EQ(destination.outlook, Outlook::kReuseNow);
  EXPECT_FALSE(destination.exhausted());
  EXPECT_THAT(OutlookSentence(destination), HasSubstr("works now, by tcp_tw_reuse: it may take "
                                                      "over 3 of the ports"));
}

TEST(OutlookTest, ReusableOnesBesideFreePortsAreNotWorthASentence) {
  DestinationReport report = DestinationOf(9, 4);
  report.reusable = 3;
  report.headroom = {1, 4};
  EXPECT_EQ(ForeseeWith(report, 1).outlook, Outlook::kOpen);
}

TEST(OutlookTest, OneThatFillsUpHasItsTime) {
  DestinationReport report = DestinationOf(8);
  report.seconds_to_exhaustion = 12;
  const DoctorDestination destination = ForeseeWith(report);
  EXPECT_EQ(destination.outlook, Outlook::kFilling);
  EXPECT_FALSE(destination.exhausted());
  EXPECT_EQ(ShortOutlook(destination), "full in 12 s");
  EXPECT_THAT(OutlookSentence(destination), HasSubstr("every port is taken in 12 s"));
}

TEST(OutlookTest, WhereNoPortIsOpenWaitingDoesNotHelp) {
  PortCapacity capacity = kCapacity;
  capacity.blocked = capacity.usable;
  DestinationReport report = DestinationOf(10, 4);
  report.seconds_to_free_port = 3;
  const DoctorDestination destination = Foresee(report, capacity, RuleWith(0));
  EXPECT_EQ(destination.outlook, Outlook::kNoOpenPort);
  EXPECT_EQ(ShortOutlook(destination), "no port");
  EXPECT_THAT(OutlookSentence(destination), HasSubstr("no port of the range is open"));
}

TEST(OutlookTest, HalfFullIsScarce) {
  EXPECT_FALSE(ForeseeWith(DestinationOf(4)).scarce());
  EXPECT_TRUE(ForeseeWith(DestinationOf(5)).scarce());
}

TEST(OutlookTest, WaitsAreInTenthsOfASecond) {
  EXPECT_EQ(WaitText(0), "0.1 s");
  EXPECT_EQ(WaitText(0.001), "0.1 s");
  EXPECT_EQ(WaitText(0.68), "0.7 s");
  EXPECT_EQ(WaitText(1), "1 s");
  EXPECT_EQ(WaitText(9.98), "10 s");
  EXPECT_EQ(WaitText(59.94), "59.9 s");
}

}  // namespace
}  // namespace tcp_lifecycle
