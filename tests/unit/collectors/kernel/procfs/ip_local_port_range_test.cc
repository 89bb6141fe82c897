#include "collectors/kernel/procfs/ip_local_port_range.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

TEST(IpLocalPortRangeTest, ReadsBothEnds) {
  EXPECT_EQ(ParseIpLocalPortRange("32768\t60999\n").value(), (PortRange{32768, 60999}));
  EXPECT_EQ(ParseIpLocalPortRange("1 65535").value(), (PortRange{1, 65535}));
  EXPECT_EQ(ParseIpLocalPortRange("40000 40000").value(), (PortRange{40000, 40000}));
}

TEST(IpLocalPortRangeTest, AnythingElseIsDataLossWithItsText) {
  for (const char* text : {"", "32768\n", "1 2 3", "a b", "-1 10", "1 65536"}) {
    EXPECT_THAT(ParseIpLocalPortRange(text),
                FailsWith(StatusCode::kDataLoss, ::testing::StartsWith("not a range of ports: ")))
        << text;
  }
  EXPECT_THAT(ParseIpLocalPortRange("60999 32768"),
              FailsWith(StatusCode::kDataLoss, "not a range of ports: \"60999 32768\""));
}

}  // namespace
}  // namespace tcp_lifecycle
