#include "collectors/kernel/procfs/sysctl_value.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

TEST(SysctlsTest, ReadsANumber) {
  EXPECT_EQ(ParseSysctl("4096\n").value(), 4096);
  EXPECT_EQ(ParseSysctl("-1\n").value(), -1);
}

TEST(SysctlsTest, AnythingElseIsDataLossWithItsText) {
  for (const char* text : {"", "\n", "on\n", "1 2\n", "4096x", "99999999999999999999"}) {
    EXPECT_THAT(ParseSysctl(text),
                FailsWith(StatusCode::kDataLoss, ::testing::StartsWith("not a number: \"")))
        << text;
  }
  EXPECT_THAT(ParseSysctl("on\n"), FailsWith(StatusCode::kDataLoss, "not a number: \"on\\n\""));
}

}  // namespace
}  // namespace tcp_lifecycle
