#include "collectors/kernel/replay/anonymizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/unit/builders.h"
#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AnonymizerTest : public ::testing::Test {
 protected:
  std::string Of(const std::string& address) {
    return ToString(anonymizer_.StandInFor(Ip(address)));
  }
  Bytes Replaced(Bytes datagram) {
    anonymizer_.Replace(datagram);
    return datagram;
  }
  Anonymizer anonymizer_;
};

TEST_F(AnonymizerTest, EachAddressHasOneStandInOfItsKind) {
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(Of("10.9.8.7"), "10.0.0.1");
    EXPECT_EQ(Of("192.168.1.1"), "10.0.0.2");
    EXPECT_EQ(Of("172.31.0.1"), "10.0.0.3");
    EXPECT_EQ(Of("100.127.0.1"), "10.0.0.4");
    EXPECT_EQ(Of("8.8.8.8"), "240.0.0.1");
    EXPECT_EQ(Of("172.32.0.1"), "240.0.0.2");
    EXPECT_EQ(Of("100.128.0.1"), "240.0.0.3");
    EXPECT_EQ(Of("192.169.0.1"), "240.0.0.4");
    EXPECT_EQ(Of("169.1.1.1"), "240.0.0.5");
    EXPECT_EQ(Of("8.254.0.1"), "240.0.0.6");
    EXPECT_EQ(Of("169.254.169.254"), "169.254.0.1");
    EXPECT_EQ(Of("2a00:1450::1"), "2001:db8::1");
    EXPECT_EQ(Of("fd12:3456::1"), "fd00::1");
    EXPECT_EQ(Of("fc12:3456::1"), "fd00::2");
    EXPECT_EQ(Of("fe80::abcd"), "fe80::1");
    EXPECT_EQ(Of("fec0::1"), "2001:db8::2");
  }
}

TEST_F(AnonymizerTest, NoAddressStandsInForItself) {
  for (const char* address :
       {"10.0.0.1", "169.254.0.1", "240.0.0.1", "2001:db8::1", "fd00::1", "fe80::1"}) {
    EXPECT_NE(Of(address), address);
    EXPECT_EQ(Of(address), Of(address));
  }
}

TEST_F(AnonymizerTest, WhatTellsNothingStays) {
  for (const char* address : {"0.0.0.0", "127.0.0.1", "127.9.9.9", "::", "::1"}) {
    EXPECT_EQ(Of(address), address);
  }
}

TEST_F(AnonymizerTest, TheSeventyThousandthAddressIsLikeNoOther) {
  for (uint32_t i = 0; i < 70'000; ++i) {
    anonymizer_.StandInFor(IpAddress::FromV4({11, uint8_t(i >> 16), uint8_t(i >> 8), uint8_t(i)}));
  }
  EXPECT_EQ(Of("11.1.17.111"), "240.1.17.112");
}

TEST_F(AnonymizerTest, InADatagramOnlyTheAddressesChange) {
  const Bytes expected =
      Message(Row({.local = "10.0.0.1", .remote = "240.0.0.1"})) +
      Message(Row({.family = AF_INET6, .local = "::ffff:10.0.0.1", .remote = "2001:db8::1"}) +
              Attribute(INET_DIAG_SHUTDOWN, Bytes(1, std::byte{3}))) +
      Done(0);
  EXPECT_EQ(Replaced(Message(Row({.local = "192.168.7.7", .remote = "8.8.8.8"})) +
                     Message(Row({.family = AF_INET6,
                                  .local = "::ffff:192.168.7.7",
                                  .remote = "2a00:1450::1"}) +
                             Attribute(INET_DIAG_SHUTDOWN, Bytes(1, std::byte{3}))) +
                     Done(0)),
            expected);
}

TEST_F(AnonymizerTest, ARowIsOneWhateverItsType) {
  EXPECT_EQ(Replaced(Message(Row({.local = "192.168.7.7", .remote = "8.8.8.8"}),
                             {.type = NLMSG_MIN_TYPE})),
            Message(Row({.local = "10.0.0.1", .remote = "240.0.0.1"}), {.type = NLMSG_MIN_TYPE}));
}

TEST_F(AnonymizerTest, WhatCannotBeUnderstoodIsBlank) {
  const Bytes secret(100, std::byte{0x55});
  const Bytes row = Row({.local = "127.0.0.1", .remote = "127.0.0.2"});
  const struct {
    const char* what;
    Bytes datagram;
  } cases[] = {
      {"too short for a row", Message(Bytes(20, std::byte{0x55}))},
      {"of netlink itself", Message(secret, {.type = NLMSG_NOOP})},
      {"behind a length that cannot be true", Done(0) + Header(4, {}) + secret},
      {"behind the end", Done(0) + secret},
      {"an attribute that nobody reads", Message(row + Attribute(INET_DIAG_MD5SIG, secret))},
      {"an attribute that is cut",
       Message(row + BytesOf(nlattr{.nla_len = 999, .nla_type = INET_DIAG_SHUTDOWN}) + secret)},
  };
  for (const auto& [what, datagram] : cases) {
    const Bytes replaced = Replaced(datagram);
    EXPECT_EQ(replaced.size(), datagram.size()) << what;
    EXPECT_THAT(TextOf(replaced), Not(HasSubstr("UUUU"))) << what;
  }
  EXPECT_EQ(Replaced(Error(-2)), Error(-2));
  EXPECT_EQ(Replaced({}), Bytes());
}

TEST_F(AnonymizerTest, WhatIsBeforeALengthThatCannotBeTrueStays) {
  const Bytes row = Message(Row({.local = "127.0.0.1", .remote = "127.0.0.2"}));
  const Bytes cut = Header(4, {}) + Bytes(100, std::byte{0x55});
  EXPECT_EQ(Replaced(row + cut), row + Bytes(cut.size()));
}

TEST_F(AnonymizerTest, InALineOfTcpOnlyTheAddressesChange) {
  const std::string rest =
      " 01 00000000:00000010 02:000000C8 00000000  1000        0 71 1 0000000000000000 20 4 30 10 "
      "-1";
  const std::string with_pointer =
      absl::StrReplaceAll(rest, {{"0000000000000000", "ffff8880a1b2c3d4"}});
  // 192.168.7.7 and 8.8.8.8
  EXPECT_EQ(anonymizer_.Replaced("   0: 0707A8C0:1F90 08080808:01BB" + with_pointer),
            "   0: 0100000A:1F90 010000F0:01BB" + rest);
  EXPECT_EQ(
      anonymizer_.Replaced("  10: 0000000000000000FFFF00000707A8C0:1F90 "
                           "00000000000000000000000000000000:0000" +
                           rest),
      "  10: 0000000000000000FFFF00000100000A:1F90 00000000000000000000000000000000:0000" + rest);
  const std::string counters = "TcpExt: TCPAbortOnLinger 1";
  EXPECT_EQ(anonymizer_.Replaced(counters), counters);
  const std::string header = "  sl  local_address rem_address   st tx_queue rx_queue";
  EXPECT_EQ(anonymizer_.Replaced(header), header);
}

}  // namespace
}  // namespace tcp_lifecycle
