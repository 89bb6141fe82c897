#include "collectors/model/port_set.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(PortRangeTest, BothEndsBelongToIt) {
  constexpr PortRange range = {40000, 40009};
  EXPECT_FALSE(range.Contains(39999));
  EXPECT_TRUE(range.Contains(40000));
  EXPECT_TRUE(range.Contains(40009));
  EXPECT_FALSE(range.Contains(40010));
  EXPECT_EQ(range.size(), 10);
}

TEST(PortRangeTest, OnePortIsARange) {
  EXPECT_EQ((PortRange{40000, 40000}.size()), 1);
  EXPECT_TRUE((PortRange{40000, 40000}.Contains(40000)));
}

TEST(PortRangeTest, AllPortsAreARange) {
  EXPECT_EQ((PortRange{0, 65535}.size()), 65536);
  EXPECT_TRUE((PortRange{0, 65535}.Contains(65535)));
}

TEST(PortRangeTest, AnInvertedRangeIsEmpty) {
  EXPECT_EQ((PortRange{40009, 40000}.size()), 0);
  EXPECT_FALSE((PortRange{40009, 40000}.Contains(40005)));
}

TEST(PortSetTest, HoldsEveryPortInEightKibibytes) {
  PortSet ports;
  ports[0] = ports[65535] = true;
  EXPECT_EQ(ports.count(), 2);
  EXPECT_EQ(sizeof(PortSet), 8192);
}

}  // namespace
}  // namespace tcp_lifecycle
