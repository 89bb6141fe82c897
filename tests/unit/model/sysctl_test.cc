#include "collectors/model/sysctl.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tcp_lifecycle {
namespace {

// Catches a path that is missing or out of place in the table.
TEST(SysctlPathTest, EachIsAtItsPlace) {
  EXPECT_EQ(Path(Sysctl::kTwReuse), "net/ipv4/tcp_tw_reuse");
  EXPECT_EQ(Path(Sysctl::kMaxTwBuckets), "net/ipv4/tcp_max_tw_buckets");
  EXPECT_EQ(Path(Sysctl::kKeepaliveInterval), "net/ipv4/tcp_keepalive_intvl");
  EXPECT_EQ(Path(Sysctl::kOrphanRetries), "net/ipv4/tcp_orphan_retries");
  EXPECT_EQ(Path(Sysctl::kSomaxconn), "net/core/somaxconn");
  EXPECT_EQ(Path(Sysctl::kAutobindReuse), "net/ipv4/ip_autobind_reuse");
  EXPECT_EQ(Path(Sysctl::kChildEhashEntries), "net/ipv4/tcp_child_ehash_entries");
  EXPECT_EQ(static_cast<size_t>(Sysctl::kChildEhashEntries) + 1, kSysctlCount);
}

TEST(SysctlPathTest, NoneStandsTwice) {
  std::set<std::string> paths;
  for (absl::string_view path : kSysctlPaths) paths.emplace(path);
  EXPECT_EQ(paths.size(), kSysctlCount);
}

TEST(SysctlsTest, AreUnknownUntilTheyAreSet) {
  Sysctls sysctls;
  for (size_t i = 0; i < kSysctlCount; ++i) {
    EXPECT_TRUE(absl::IsNotFound(sysctls[static_cast<Sysctl>(i)].status()));
  }
  sysctls[Sysctl::kTwReuse] = 2;
  EXPECT_EQ(*sysctls[Sysctl::kTwReuse], 2);
  EXPECT_FALSE(sysctls[Sysctl::kTwReuseDelay].ok());
}

}  // namespace
}  // namespace tcp_lifecycle
