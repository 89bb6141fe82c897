#include "exporter/doctor/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/doctor/samples.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr PortCapacity kCapacity = {.usable = kTestPorts};

DoctorDestination ForeseeWith(const DestinationReport& report, bool is_exact = false) {
  PortCapacity capacity = kCapacity;
  capacity.is_exact = is_exact;
  return Foresee(report, capacity);
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
            "when a TIME_WAIT ends.");
}

TEST(OutlookTest, WithReuseATimeWaitGivesItsPortBackAfterTheDelay) {
  DestinationReport report = DestinationOf(10, 4);
  report.seconds_to_free_port = 0.68;
  report.freed_by_reuse = true;
  const DoctorDestination destination = ForeseeWith(report);
  EXPECT_EQ(destination.outlook, Outlook::kFreedByReuse);
  EXPECT_EQ(ShortOutlook(destination), "port in 0.7 s");
  EXPECT_THAT(OutlookSentence(destination),
              HasSubstr("the next port comes free in 0.7 s by tcp_tw_reuse, provided that the peer "
                        "sends timestamps."));
  EXPECT_THAT(OutlookSentence(ForeseeWith(report, true)), HasSubstr("in 0.7 s by tcp_tw_reuse."))
      << "a reader that knows which peers send none";
}

TEST(OutlookTest, AReusableTimeWaitIsAsGoodAsAFreePort) {
  DestinationReport report = DestinationOf(10, 4);
  report.reusable = 3;
  report.headroom = {0, 3};
  const DoctorDestination destination = ForeseeWith(report);
  EXPECT_EQ(destination.outlook, Outlook::kReuseNow);
  EXPECT_FALSE(destination.exhausted());
  EXPECT_THAT(OutlookSentence(destination), HasSubstr("works now, by tcp_tw_reuse: it may take "
                                                      "over 3 of the ports"));
}

TEST(OutlookTest, ReusableOnesBesideFreePortsAreNotWorthASentence) {
  DestinationReport report = DestinationOf(9, 4);
  report.reusable = 3;
  report.headroom = {1, 4};
  EXPECT_EQ(ForeseeWith(report).outlook, Outlook::kOpen);
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
  const DoctorDestination destination = Foresee(report, capacity);
  EXPECT_EQ(destination.outlook, Outlook::kNoOpenPort);
  EXPECT_EQ(ShortOutlook(destination), "no port");
  EXPECT_THAT(OutlookSentence(destination), HasSubstr("no port of the range is open"));
  capacity.first_bound_free_ms = 3000;
  EXPECT_EQ(Foresee(report, capacity).outlook, Outlook::kFreedByExpiry)
      << "a bound socket in TIME_WAIT holds one";
}

TEST(OutlookTest, EachHasItsNameForScripts) {
  EXPECT_THAT(kOutlookNames, ElementsAre("open", "filling", "reuse_now", "freed_by_reuse",
                                         "freed_by_expiry", "freed_by_closing", "no_open_port"));
  EXPECT_EQ(kOutlookNames[static_cast<size_t>(Outlook::kNoOpenPort)], "no_open_port");
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
