#include "collectors/kernel/procfs/ip_local_reserved_ports.h"

#include <string>

#include <gtest/gtest.h>
#include "absl/strings/str_cat.h"

#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

PortSet Ports(std::initializer_list<uint16_t> ports) {
  PortSet set;
  for (const uint16_t port : ports) set.set(port);
  return set;
}

TEST(IpLocalReservedPortsTest, EmptyFileIsAnEmptySet) {
  EXPECT_EQ(ParseIpLocalReservedPorts("\n").value(), PortSet());
  EXPECT_EQ(ParseIpLocalReservedPorts("").value(), PortSet());
}

TEST(IpLocalReservedPortsTest, ReadsPortsAndRanges) {
  EXPECT_EQ(ParseIpLocalReservedPorts("8080,9000-9002\n").value(), Ports({8080, 9000, 9001, 9002}));
}

TEST(IpLocalReservedPortsTest, EveryPortMayBeReserved) {
  EXPECT_TRUE(ParseIpLocalReservedPorts("0-65535\n").value().all());
}

TEST(IpLocalReservedPortsTest, ListMayNameEveryOtherPort) {
  std::string text = "1";
  for (int port = 3; port < 65536; port += 2) absl::StrAppend(&text, ",", port);
  EXPECT_EQ(ParseIpLocalReservedPorts(text).value().count(), 32768u);
}

TEST(IpLocalReservedPortsTest, AnythingElseIsDataLossThatQuotesThePart) {
  for (const char* part : {"", "http", "65536", "-1", "5-", "-", "9010-9000", "1-2-3", " 7"}) {
    EXPECT_THAT(
        ParseIpLocalReservedPorts(absl::StrCat("8080,", part, ",8081")),
        FailsWith(StatusCode::kDataLoss, absl::StrCat("not a port or range: \"", part, "\"")));
  }
}

}  // namespace
}  // namespace tcp_lifecycle
