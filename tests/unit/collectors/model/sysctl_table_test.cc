#include "collectors/model/sysctl_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {
namespace {

TEST(SysctlTableTest, NoPathAndNoMetricStandsTwice) {
  std::set<absl::string_view> paths;
  std::set<absl::string_view> metrics;
  for (const SysctlRow& row : kSysctlTable) {
    EXPECT_TRUE(paths.insert(row.path).second) << row.path;
    EXPECT_TRUE(row.metric.empty() || metrics.insert(row.metric).second) << row.metric;
  }
}

// The metric has the name of its file, or the word that is spelled out there.
TEST(SysctlTableTest, AMetricIsNamedAfterItsFile) {
  for (const SysctlRow& row : kSysctlTable) {
    if (row.metric.empty()) continue;
    absl::string_view file = row.path.substr(row.path.rfind('/') + 1);
    absl::ConsumePrefix(&file, "tcp_");
    const std::string spelled = absl::StrReplaceAll(file, {{"intvl", "interval"}});
    const std::string expected = absl::StrCat("sysctl_", spelled);
    EXPECT_TRUE(row.metric == expected || row.metric == absl::StrCat(expected, "_seconds"))
        << row.path << ' ' << row.metric;
  }
}

TEST(SysctlsTest, AreUnknownUntilTheyAreSet) {
  Sysctls sysctls;
  for (const SysctlRow& row : kSysctlTable) {
    EXPECT_TRUE(absl::IsNotFound(sysctls[row.id].status()));
  }
  sysctls[Sysctl::kTwReuse] = 2;
  EXPECT_EQ(*sysctls[Sysctl::kTwReuse], 2);
  EXPECT_FALSE(sysctls[Sysctl::kTwReuseDelay].ok());
}

}  // namespace
}  // namespace tcp_lifecycle
