#include "collectors/model/ip_address.h"

#include <gtest/gtest.h>

#include "absl/hash/hash_testing.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {
namespace {

TEST(IpAddressTest, DefaultsToTheIpv6Wildcard) {
  EXPECT_EQ(ToString(IpAddress()), "::");
  EXPECT_EQ(IpAddress().family(), Family::kIpv6);
  EXPECT_TRUE(IpAddress().IsAny());
}

TEST(IpAddressTest, AMappedAddressIsTheIpv4Address) {
  EXPECT_EQ(Ip("::ffff:10.0.0.1"), Ip("10.0.0.1"));
  EXPECT_EQ(Ip("::ffff:10.0.0.1").family(), Family::kIpv4);
}

TEST(IpAddressTest, TheFamilyNeedsTheWholeMappedPrefix) {
  EXPECT_EQ(Ip("::10.0.0.1").family(), Family::kIpv6);
  EXPECT_EQ(Ip("::fffe:a00:1").family(), Family::kIpv6);
  EXPECT_EQ(Ip("1::ffff:10.0.0.1").family(), Family::kIpv6);
  EXPECT_EQ(Ip("2001:db8::1").family(), Family::kIpv6);
}

TEST(IpAddressTest, OnlyTheWildcardsAreAny) {
  EXPECT_TRUE(Ip("0.0.0.0").IsAny());
  EXPECT_TRUE(Ip("::").IsAny());
  for (const char* text : {"0.0.0.1", "127.0.0.1", "::1", "1::", "::ffff:0:0:0"}) {
    EXPECT_FALSE(Ip(text).IsAny()) << text;
  }
  EXPECT_NE(Ip("0.0.0.0"), Ip("::"));
}

TEST(IpAddressTest, TextIsCanonical) {
  for (const char* text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "fe80::1:0:0:1", "2001:db8:1:2:3:4:5:6"}) {
    EXPECT_EQ(ToString(Ip(text)), text);
  }
  EXPECT_EQ(ToString(Ip("2001:DB8:0:0:0:0:0:1")), "2001:db8::1");
  EXPECT_EQ(ToString(Ip("::ffff:10.0.0.1")), "10.0.0.1");
}

TEST(IpAddressTest, BytesAreInNetworkOrder) {
  const IpAddress address = IpAddress::FromV4({10, 0, 0, 1});
  EXPECT_EQ(address.bytes()[12], 10);
  EXPECT_EQ(address.bytes()[15], 1);
  EXPECT_EQ(address, Ip("10.0.0.1"));
}

TEST(IpAddressTest, OrderIsThatOfTheBytes) {
  EXPECT_LT(Ip("10.0.0.1"), Ip("10.0.0.2"));
  EXPECT_LT(Ip("10.0.0.255"), Ip("10.0.1.0"));
  EXPECT_LT(Ip("10.0.0.1"), Ip("2001:db8::1"));
}

TEST(IpAddressTest, HashAgreesWithEquality) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {Ip("::"), Ip("0.0.0.0"), Ip("10.0.0.1"), Ip("::ffff:10.0.0.1"), Ip("2001:db8::1")}));
}

TEST(IpAddressTest, LoopbackIs127SlashEightAndOne) {
  EXPECT_TRUE(Ip("127.0.0.1").IsLoopback());
  EXPECT_TRUE(Ip("127.255.255.254").IsLoopback());
  EXPECT_TRUE(Ip("::ffff:127.0.0.2").IsLoopback());
  EXPECT_TRUE(Ip("::1").IsLoopback());
  EXPECT_FALSE(Ip("128.0.0.1").IsLoopback());
  EXPECT_FALSE(Ip("::2").IsLoopback());
  EXPECT_FALSE(Ip("::").IsLoopback());
  EXPECT_FALSE(Ip("2001:db8::1").IsLoopback());
}

TEST(EndpointTextTest, BracketsIpv6) {
  EXPECT_EQ(EndpointText(Ip("10.0.0.1"), 80), "10.0.0.1:80");
  EXPECT_EQ(EndpointText(Ip("::ffff:10.0.0.1"), 80), "10.0.0.1:80");
  EXPECT_EQ(EndpointText(Ip("2001:db8::1"), 80), "[2001:db8::1]:80");
}

}  // namespace
}  // namespace tcp_lifecycle
