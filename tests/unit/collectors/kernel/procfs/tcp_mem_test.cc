#include "collectors/kernel/procfs/tcp_mem.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

TEST(TcpMemTest, TurnsPagesIntoBytes) {
  const SocketMemoryLimit limit = ParseTcpMem("287901\t383870\t575802\n", 4096).value();
  EXPECT_EQ(limit.low_bytes, 1179242496u);
  EXPECT_EQ(limit.pressure_bytes, 1572331520u);
  EXPECT_EQ(limit.high_bytes, 2358484992u);
  EXPECT_EQ(ParseTcpMem("1 2 3", 65536).value().high_bytes, 196608u);
}

TEST(TcpMemTest, AnythingButThreeNumbersIsDataLoss) {
  for (const char* text : {"", "1\t2\n", "1\t2\t3\t4\n"}) {
    EXPECT_THAT(ParseTcpMem(text, 4096),
                FailsWith(StatusCode::kDataLoss, ::testing::StartsWith("not three numbers: ")))
        << text;
  }
  EXPECT_THAT(ParseTcpMem("1 many 3", 4096),
              FailsWith(StatusCode::kDataLoss, "not a number of pages: \"many\""));
  EXPECT_THAT(ParseTcpMem("1 -2 3", 4096),
              FailsWith(StatusCode::kDataLoss, "not a number of pages: \"-2\""));
}

TEST(TcpMemTest, PagesThatOverflowAsBytesAreDataLoss) {
  EXPECT_THAT(ParseTcpMem("1 2 18446744073709551615", 4096),
              FailsWith(StatusCode::kDataLoss, "not a number of pages: \"18446744073709551615\""));
  EXPECT_EQ(ParseTcpMem("1 2 4503599627370495", 4096).value().high_bytes, 18446744073709547520u);
}

}  // namespace
}  // namespace tcp_lifecycle
