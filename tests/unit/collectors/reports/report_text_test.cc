#include "collectors/reports/report_text.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

TEST(ReportTextTest, ADestinationIsItsSourceAndItsEndpoint) {
  DestinationReport destination;
  destination.source = Ip("10.0.0.1");
  destination.address = Ip("10.0.0.3");
  destination.port = 80;
  EXPECT_EQ(TextOf(destination), "10.0.0.1 -> 10.0.0.3:80");
  destination.address = Ip("2001:db8::1");
  EXPECT_EQ(TextOf(destination), "10.0.0.1 -> [2001:db8::1]:80");
}

TEST(ReportTextTest, NumbersAreShort) {
  EXPECT_EQ(Rounded(0), "0");
  EXPECT_EQ(Rounded(0.16), "0.2");
  EXPECT_EQ(Rounded(470.53), "470.5");
  EXPECT_EQ(Rounded(59.97), "60");
  EXPECT_EQ(Rounded(28232000), "28232000");
  EXPECT_EQ(Count(0, "port"), "0 ports");
  EXPECT_EQ(Count(1, "port"), "1 port");
}

TEST(ReportTextTest, PercentRoundsDown) {
  EXPECT_EQ(Percent(799, 1000), 79);
  EXPECT_EQ(Percent(800, 1000), 80);
  EXPECT_EQ(Percent(0, 0), 100);
}

}  // namespace
}  // namespace tcp_lifecycle
