#include "collectors/kernel/procfs/boot_time.h"

#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

TEST(BootTimeTest, ReadsTheLineBtime) {
  EXPECT_EQ(ParseBootTimeSeconds("cpu  1 2 3\nctxt 1\nbtime 1795313379\nprocesses 5\n").value(),
            1795313379u);
}

TEST(BootTimeTest, WithoutATimeItIsDataLoss) {
  EXPECT_THAT(ParseBootTimeSeconds("cpu 1\n"),
              FailsWith(StatusCode::kDataLoss, "no btime in \"cpu 1\\n\""));
  EXPECT_THAT(ParseBootTimeSeconds("btime soon\n"),
              FailsWith(StatusCode::kDataLoss, "btime \"soon\""));
}

}  // namespace
}  // namespace tcp_lifecycle
