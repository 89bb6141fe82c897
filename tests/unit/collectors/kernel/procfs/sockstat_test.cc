#include "collectors/kernel/procfs/sockstat.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

TEST(SockstatTest, ReadsTheLineTcp) {
  const Sockstat sockstat = ParseSockstat(
                                "sockets: used 22\n"
                                "TCP: inuse 17 orphan 10 tw 5 alloc 33 mem 1052\n"
                                "UDP: inuse 0 mem 7\n",
                                4096)
                                .value();
  EXPECT_EQ(sockstat.orphan, 10u);
  EXPECT_EQ(sockstat.time_wait, 5u);
  EXPECT_EQ(sockstat.allocated, 33u);
  EXPECT_EQ(sockstat.memory_bytes, 1052u * 4096);
}

TEST(SockstatTest, FieldsAreFoundByNameAndMayBeAbsent) {
  const Sockstat sockstat = ParseSockstat("TCP: new x tw 5 inuse -1\n", 4096).value();
  EXPECT_EQ(sockstat.time_wait, 5u);
  EXPECT_EQ(sockstat.orphan, std::nullopt);
  EXPECT_EQ(sockstat.allocated, std::nullopt);
  EXPECT_EQ(sockstat.memory_bytes, std::nullopt);
}

TEST(SockstatTest, WithoutTheLineTcpItIsDataLoss) {
  EXPECT_THAT(ParseSockstat("UDP: inuse 0\n", 4096),
              FailsWith(StatusCode::kDataLoss, "no line TCP in \"UDP: inuse 0\\n\""));
  EXPECT_THAT(ParseSockstat("", 4096), FailsWith(StatusCode::kDataLoss, "no line TCP in \"\""));
}

TEST(SockstatTest, FieldThatIsNoNumberIsDataLoss) {
  EXPECT_THAT(ParseSockstat("TCP: orphan many\n", 4096),
              FailsWith(StatusCode::kDataLoss, "TCP orphan \"many\""));
  EXPECT_THAT(ParseSockstat("TCP: tw -\n", 4096), FailsWith(StatusCode::kDataLoss, "TCP tw \"-\""));
  EXPECT_THAT(ParseSockstat("TCP: inuse 1 tw", 4096),
              FailsWith(StatusCode::kDataLoss, "TCP tw \"\""));
}

TEST(SockstatTest, ASumBelowZeroCostsItselfAlone) {
  for (const char* below : {"-1", "18446744073709551615"}) {
    const auto sockstat =
        ParseSockstat(absl::StrCat("TCP: orphan ", below, " tw 5 alloc 6 mem ", below), 4096);
    ASSERT_TRUE(sockstat.ok()) << sockstat.status();
    EXPECT_EQ(sockstat->orphan, std::nullopt) << below;
    EXPECT_EQ(sockstat->time_wait, 5u);
    EXPECT_EQ(sockstat->allocated, 6u);
    EXPECT_EQ(sockstat->memory_bytes, std::nullopt) << below;
  }
  EXPECT_EQ(ParseSockstat("TCP: mem 4503599627370496", 4096)->memory_bytes, std::nullopt)
      << "more bytes than there can be";
  EXPECT_EQ(ParseSockstat("TCP: mem 4503599627370495", 4096)->memory_bytes, 18446744073709547520u);
}

TEST(SockstatTest, SocketsInUseAreThoseOfBothFamilies) {
  constexpr absl::string_view kIpv4 =
      "sockets: used 22\nTCP: inuse 17 orphan 0 tw 5 alloc 33 mem 1\n";
  EXPECT_EQ(ParseTcpInUse(kIpv4, "TCP6: inuse 4\nUDP6: inuse 9\n"), 21u);
  EXPECT_EQ(ParseTcpInUse(kIpv4, ""), 17u) << "IPv6 is turned off";
  EXPECT_EQ(ParseTcpInUse("inuse 5\nTCP: inuse 17\n", ""), 17u) << "of no protocol";
}

TEST(SockstatTest, SocketsInUseAreUnknownWhereACountIsMissing) {
  EXPECT_EQ(ParseTcpInUse("UDP: inuse 1\n", "TCP6: inuse 4\n"), std::nullopt);
  EXPECT_EQ(ParseTcpInUse("TCP: tw 1 inuse\n", "TCP6: inuse 4\n"), std::nullopt);
  EXPECT_EQ(ParseTcpInUse("TCP: inuse x\n", "TCP6: inuse 4\n"), std::nullopt);
  EXPECT_EQ(ParseTcpInUse("TCP: inuse 1\n", "UDP6: inuse 4\n"), std::nullopt);
  EXPECT_EQ(ParseTcpInUse("TCP: inuse 18446744073709551615\n", "TCP6: inuse 1\n"), std::nullopt);
}

}  // namespace
}  // namespace tcp_lifecycle
