#include "collectors/kernel/procfs/self_stat.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;

// Linux 6.18, with the figures of CPU times made larger.
constexpr absl::string_view kTail =
    " R 21472 21472 4283 0 -1 4194560 3201 6967 0 0 31 17 5 0 20 0 1 0 186490 18718720 3679 "
    "18446744073709551615 94846369607680 94846369608021 140733542835216 0 0 0 0 16781312 2 0 0 0 "
    "17 1 0 0 0 0 0 94846369619376 94846369619992 94846899544064 140733542836162 140733542836211 "
    "140733542836211 140733542838223 0\n";

TEST(SelfStatTest, ReadsTimesAndMemory) {
  const SelfStat stat = ParseSelfStat(absl::StrCat("21475 (python3)", kTail)).value();
  EXPECT_EQ(stat.user_ticks, 31u);
  EXPECT_EQ(stat.system_ticks, 17u);
  EXPECT_EQ(stat.start_ticks, 186490u);
  EXPECT_EQ(stat.virtual_memory_bytes, 18718720u);
  EXPECT_EQ(stat.resident_pages, 3679u);
}

TEST(SelfStatTest, ProgramNameMayHoldSpacesAndParentheses) {
  for (const char* name : {"", "a b", "a) R 1 (b", ")))", "(\n)"}) {
    const auto stat = ParseSelfStat(absl::StrCat("1 (", name, ")", kTail));
    EXPECT_EQ(stat.value().start_ticks, 186490u) << name;
  }
}

TEST(SelfStatTest, CutOrGarbledTextIsDataLoss) {
  EXPECT_THAT(ParseSelfStat(""), FailsWith(StatusCode::kDataLoss, "no program name in \"\""));
  EXPECT_THAT(ParseSelfStat("1 (a) R 1 2"),
              FailsWith(StatusCode::kDataLoss, "no utime in \"1 (a) R 1 2\""));
  const absl::string_view before_rss = kTail.substr(0, kTail.find(" 3679"));
  EXPECT_THAT(ParseSelfStat(absl::StrCat("1 (a)", before_rss)),
              FailsWith(StatusCode::kDataLoss, ::testing::StartsWith("no rss in \"1 (a) R ")));
  EXPECT_THAT(ParseSelfStat("1 (a) R 1 1 1 0 -1 1 1 1 0 0 x 17"),
              FailsWith(StatusCode::kDataLoss, "utime \"x\""));
}

}  // namespace
}  // namespace tcp_lifecycle
